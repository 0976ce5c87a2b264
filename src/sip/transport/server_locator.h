// ServerLocator: RFC 3263 4: NAPTR says by which transport, SRV on which hosts and ports, A and AAAA where
// those are; ordered by RFC 2782, with a bounded memory of who failed. Asks a net::NameService. thread:
// control.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "base/random.h"
#include "net/resolver.h"
#include "sip/transaction/locator.h"

namespace polyfon::sip {

inline constexpr std::size_t kMaxServices = 4;  // transports of one domain that are asked for
inline constexpr std::size_t kMaxServers = 32;  // hosts of all of them
inline constexpr std::size_t kMaxFlows = 64;    // addresses of all of those
inline constexpr std::size_t kMaxFailed = 256;  // ways that are remembered to have failed
inline constexpr base::Duration kFailedFor = std::chrono::seconds(60);  // unless it said how long
inline constexpr base::Duration kMaxFailedFor = std::chrono::minutes(10);

struct LocatorSettings {
  std::vector<Protocol> protocols{Protocol::kUdp};  // what we speak, the preferred first
  bool services = true;                             // NAPTR and SRV; false: addresses only (srvlookup=no)
};

class ServerLocator final : public Locator {
 public:
  // The way of ours to that address; nullopt: no listener of ours leads there.
  using Way = std::function<std::optional<Flow>(Protocol, const base::SocketAddress&)>;

  ServerLocator(net::NameService& names, base::Random& random, Way way, LocatorSettings settings = {});
  ~ServerLocator() override;
  void set(LocatorSettings settings) { settings_ = std::move(settings); }  // for what is asked from now on

  // kNotFound: no such name, or not that service; kUnavailable: by no transport that we speak; else as the
  // name service says.
  void locate(Destination destination, Answer answer) override;
  std::vector<Flow> order(const ServerSet& servers, base::Instant now) override;
  void note_failure(const Flow& flow, std::optional<base::Duration> retry_after, base::Instant now) override;

 private:
  class Search;

  struct Failed {
    Protocol protocol;
    base::SocketAddress remote;
    base::Instant until;
  };
  bool failed(const Flow& flow, base::Instant now) const;

  net::NameService& names_;
  base::Random& random_;
  Way way_;
  LocatorSettings settings_;
  std::vector<Failed> failed_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace polyfon::sip
