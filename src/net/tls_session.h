// TlsSession: one TLS connection without its socket: bytes of the peer in, plain text and bytes for the peer
// out (RFC 8446, RFC 5246). A client checks whom the certificate speaks for (RFC 5922 7). thread: its
// owner's.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/tls_context.h"

struct ssl_st;  // OpenSSL's SSL

namespace polyfon::net {

class TlsSession {
 public:
  enum class Status {
    kHandshake,
    kOpen,
    kClosed,  // the peer said that it is over
    kFailed,  // error() says why
  };

  // A client's `domain` is who the server must be: a name or an address; it is the server name asked for too.
  TlsSession(const TlsContext& context, std::string_view domain);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Each appends what the peer is to be sent to `out`, also when it fails: an alert.
  Status start(std::string& out);
  Status receive(std::span<const char> bytes, std::string& plain, std::string& out);
  // Only when kOpen. False: failed.
  bool send(std::string_view plain, std::string& out);
  void close(std::string& out);

  Status status() const { return status_; }
  const std::string& error() const { return error_; }
  std::string_view version() const;  // "TLSv1.3"

 private:
  void shake_hands();
  void read(std::string& plain);
  void take_output(std::string& out);
  void fail(std::string why);
  void check_identity();

  ssl_st* ssl_;
  std::string domain_;
  std::string error_;
  Status status_ = Status::kHandshake;
  bool client_;
  bool verifies_;
};

}  // namespace polyfon::net
