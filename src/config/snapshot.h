// Snapshot: the whole configuration as typed, immutable values: what every other part reads. Loaded off the
// control thread, validated, and replaced as a whole on reload; running calls keep the shared_ptr they began
// with where they need it. thread: any (immutable).
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/socket_address.h"
#include "base/text.h"
#include "config/access.h"
#include "config/diagnostic.h"
#include "config/file.h"

namespace polyfon::config {

enum class DtmfMode : std::uint8_t { kRfc4733, kInfo, kShortInfo, kInband, kAuto };
enum class PeerType : std::uint8_t { kUser, kPeer, kFriend };

enum class Transport : std::uint8_t { kUdp, kTcp, kTls, kWs, kWss };  // in the order of sip::Protocol

// transport=: the first is used to reach it; it may come by all of them. Written nowhere: UDP, and by any.
struct TransportChoice {
  Transport first = Transport::kUdp;
  std::uint8_t allowed = 0xff;  // a bit each
  bool is_given() const { return allowed != 0xff; }
  bool allows(Transport transport) const { return allowed >> static_cast<unsigned>(transport) & 1; }
  bool operator==(const TransportChoice&) const = default;
};

struct CallerId {
  std::string name;
  std::string number;
};
// "Name" <number>, name <number>, number: as callerid= and CALLERID(all) take it.
CallerId parse_caller_id(std::string_view text);

struct Nat {
  bool force_rport = false;
  bool comedia = false;
  bool auto_force_rport = true;  // the default of sip.conf
  bool auto_comedia = false;
};

// One account, phone or trunk of sip.conf: what calls need of it.
struct Endpoint {
  std::string name;
  PeerType type = PeerType::kFriend;
  std::string secret;
  std::string md5_secret;
  std::string username;  // defaultuser / username
  std::string from_user, from_domain;
  bool dynamic = false;  // host=dynamic: registers with us
  std::string host;      // else: literal or name
  std::uint16_t port = 5060;
  bool port_given = false;  // no SRV is asked for then (RFC 3263 4.2)
  struct Proxy {
    std::string host;  // "": none
    std::uint16_t port = 0;
  } outbound_proxy;  // requests to it are sent there instead
  TransportChoice transport;
  std::string context;
  CallerId caller_id;
  std::vector<std::string> codecs;  // config names in order: "alaw", "ulaw"
  std::string language;
  std::string music_class;      // mohinterpret: what it hears
  std::string music_suggested;  // mohsuggest: what whom it holds hears
  std::string account_code;
  std::vector<std::string> set_variables;  // "NAME=value"
  DtmfMode dtmf_mode = DtmfMode::kRfc4733;
  Nat nat;
  bool insecure_port = false;
  bool insecure_invite = false;
  bool qualify = false;
  std::chrono::milliseconds qualify_limit{2000};
  std::chrono::seconds qualify_frequency{60};
  unsigned call_limit = 0;  // 0: none
  unsigned max_contacts = 5;
  std::uint64_t call_groups = 0, pickup_groups = 0;  // bit sets 0..63
  bool direct_media = true;
  std::chrono::seconds rtp_timeout{0}, rtp_hold_timeout{0};
  std::string register_extension;  // regexten
  std::string description;
  std::vector<AccessRule> access;
  Location where;

  bool may_call() const { return type != PeerType::kPeer; }  // matched by name when it calls
  bool may_be_called() const { return type != PeerType::kUser; }
};

// The tls... keys of sip.conf. Asterisk's names; TLS 1.2 is the least that is spoken.
struct TlsSettings {
  bool enabled = false;
  std::filesystem::path certificate_file, key_file;  // no key file: it is in the certificate's
  std::filesystem::path ca_file, ca_path;            // neither: those of the system
  std::string ciphers;                               // OpenSSL's words, for TLS 1.2
  bool only_tls13 = false;
  bool verify_server = true;   // tlsdontverifyserver
  bool verify_client = false;  // phones must show a certificate of those CAs
  bool operator==(const TlsSettings&) const = default;
};

struct SipSettings {                                        // [general] of sip.conf
  std::vector<base::SocketAddress> bind{};                  // udpbindaddr, bindport; default 0.0.0.0:5060
  std::vector<base::SocketAddress> tcp_bind{}, tls_bind{};  // empty: not listened on
  TlsSettings tls;
  std::chrono::seconds connection_proof{30};  // tcpauthtimeout: a connection has to carry a message by then
  unsigned max_unproven = 100;                // tcpauthlimit: connections that have not
  bool compact_headers = false;
  std::string realm = "asterisk";
  std::string user_agent;  // empty: "polyfon VERSION", which src/main knows
  std::string default_context = "default";
  bool allow_guest = false;  // sip-cases: guests off unless asked for
  bool always_auth_reject = true;
  std::chrono::seconds default_expiry{120}, min_expiry{60}, max_expiry{3600};
  std::chrono::milliseconds t1{500};
  bool srv_lookup = true;        // NAPTR and SRV of host names; false: their addresses alone
  std::string external_address;  // externaddr / externip
  std::uint16_t external_tcp_port = 0, external_tls_port = 0;  // 0: the listener's
  std::vector<AccessRule> local_networks;
  std::string language = "en";
  std::vector<std::string> codecs{"ulaw", "alaw"};
};

struct MusicClass {
  std::string name;
  std::string mode = "files";
  std::filesystem::path directory;
  std::string sort;                          // "", "random", "alpha", "randstart"
  std::vector<std::filesystem::path> files;  // found at load, in order
  Location where;
};

struct RtpSettings {
  std::uint16_t start = 10000;
  std::uint16_t end = 20000;
  bool strict = true;
};

struct CdrSettings {
  bool enabled = true;
  bool unanswered = true;  // polyfon: every attempt is a row (mission P15)
  bool csv_use_gmt = false, csv_log_unique_id = true, csv_log_user_field = true, csv_new_columns = false;
  bool operator==(const CdrSettings&) const = default;
};

// One more address to listen on, beside those of sip.conf.
struct Listen {
  Transport transport = Transport::kUdp;
  base::SocketAddress address;
  Location where;
};

// How the contacts of an account are called: all at once, or the highest q first (RFC 3261 16.6).
enum class Forking : std::uint8_t { kAll, kByQ };

// polyfon.conf: what Asterisk's files cannot say. Each key is documented in docs/polyfon-conf.md from its
// table.
struct PolyfonSettings {
  unsigned media_threads = 1;
  unsigned workers = 2;
  std::filesystem::path sounds_directory = "/usr/share/asterisk/sounds";
  std::filesystem::path log_file;
  std::string log_level = "notice";
  std::vector<std::string> digest_algorithms{"MD5"};  // of our challenges, the preferred first: MD5, SHA-256
  std::chrono::seconds drain_time{30};
  unsigned max_contacts = 5;  // of an account; copied into every Endpoint
  Forking forking = Forking::kByQ;
  std::chrono::seconds fork_time{20};  // that one group of contacts rings before the next has its turn
  bool remove_unreachable = false;     // contacts that do not answer qualify='s OPTIONS are forgotten
  bool path_without_support = false;   // Path of a proxy is taken although the phone does not know it
  std::map<std::string, std::vector<std::string>, std::less<>> third_party;  // who: whom it registers
  std::vector<Listen> listen;
  unsigned max_connections = 10'000, max_connections_per_host = 1'000;
  std::chrono::seconds connection_idle{7200};
};

struct Snapshot {
  std::filesystem::path directory;
  SipSettings sip;
  std::vector<std::shared_ptr<const Endpoint>> endpoints;  // in file order
  // By name in any case, as chan_sip finds its peers.
  std::unordered_map<std::string, std::shared_ptr<const Endpoint>, base::CaseInsensitiveHash,
                     base::CaseInsensitiveEqual>
      endpoint_by_name;
  RtpSettings rtp;
  CdrSettings cdr;
  PolyfonSettings polyfon;
  std::map<std::string, MusicClass> music;
  std::optional<File> extensions;            // extensions.conf, compiled by dialplan
  std::vector<std::filesystem::path> files;  // every file that was read
  bool uses_exec = false;                    // #exec was used: a reload is never "unchanged"

  const Endpoint* find_endpoint(std::string_view name) const;  // any case; nullptr: none of that name
};

// Reads everything below `directory`, also after an error. Never null, and usable only when diagnostics,
// sorted by file and line, has no errors. Blocks on files: it is done at start-up or on a worker.
std::shared_ptr<const Snapshot> load_snapshot(const std::filesystem::path& directory,
                                              Diagnostics& diagnostics);

}  // namespace polyfon::config
