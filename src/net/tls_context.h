// TlsContext: certificate, key, authorities and rules that TLS sessions of one side share (TLS 1.2 and 1.3,
// RFC 9325). Immutable: new certificates are a new context, and sessions go on with the one they began with.
// thread: any.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace polyfon::net {

struct TlsOptions {
  std::filesystem::path certificate_file;  // PEM, with the chain; a client may have none
  std::filesystem::path key_file;          // PEM; empty: it is in certificate_file
  std::filesystem::path ca_file, ca_path;  // whom to believe; both empty: those of the system
  std::string ciphers;                     // OpenSSL's list, for TLS 1.2; empty: OpenSSL's default
  bool only_tls13 = false;
  // A client: the server's certificate must be good. A server: the client must show a good one.
  bool verify_peer = true;
};

class TlsContext {
 public:
  enum class Side { kServer, kClient };

  // Reads the files (it blocks). The error names the file, and what is wrong with it.
  static base::Result<std::shared_ptr<const TlsContext>> make(Side side, const TlsOptions& options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* handle() const { return context_; }
  Side side() const { return side_; }
  bool verifies_peer() const { return verify_peer_; }
  const std::string& expiry() const { return expiry_; }  // of the certificate: "Nov 22 09:00:00 2027 GMT"

 private:
  TlsContext(Side side, bool verify_peer);
  ssl_ctx_st* context_;
  Side side_;
  bool verify_peer_;
  std::string expiry_;
};

}  // namespace polyfon::net
