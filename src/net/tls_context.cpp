#include "net/tls_context.h"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

namespace polyfon::net {

namespace {

using base::ErrorCode;
using base::Result;

std::string reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* text = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return text ? text : "unknown error";
}

std::unexpected<base::Error> wrong(const std::filesystem::path& file, std::string_view what) {
  return base::fail(ErrorCode::kInvalid, fmt::format("TLS: {}: {}", file.string(), what));
}

Result<> readable(const std::filesystem::path& file) {
  if (::access(file.c_str(), R_OK) == 0) return {};
  return base::fail(ErrorCode::kIo,
                    fmt::format("TLS: {} cannot be read: {}", file.string(), std::strerror(errno)));
}

// An encrypted key would ask on the terminal; nobody is there.
int no_password(char*, int, int, void*) { return -1; }

Result<> load_certificate(SSL_CTX* context, const TlsOptions& options) {
  const auto& file = options.certificate_file;
  const auto& key = options.key_file.empty() ? file : options.key_file;
  if (auto found = readable(file); !found) return found;
  if (auto found = readable(key); !found) return found;
  SSL_CTX_set_default_passwd_cb(context, no_password);
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) != 1)
    return wrong(file, fmt::format("holds no certificate in PEM ({})", reason()));
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return wrong(key, fmt::format("holds no private key without a password in PEM that fits the certificate "
                                  "in {} ({})",
                                  file.string(), reason()));
  if (SSL_CTX_check_private_key(context) != 1)
    return wrong(key, fmt::format("is not the key of the certificate in {}", file.string()));
  return {};
}

Result<> load_authorities(SSL_CTX* context, const TlsOptions& options) {
  if (options.ca_file.empty() && options.ca_path.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  if (!options.ca_file.empty()) {
    if (auto found = readable(options.ca_file); !found) return found;
    if (SSL_CTX_load_verify_file(context, options.ca_file.c_str()) != 1)
      return wrong(options.ca_file,
                   fmt::format("holds no certificates of authorities in PEM ({})", reason()));
  }
  if (!options.ca_path.empty()) {
    if (auto found = readable(options.ca_path); !found) return found;
    if (SSL_CTX_load_verify_dir(context, options.ca_path.c_str()) != 1)
      return wrong(options.ca_path, fmt::format("is no directory of certificates ({})", reason()));
  }
  return {};
}

std::string expiry_of(const SSL_CTX* context) {
  const X509* certificate = SSL_CTX_get0_certificate(context);
  if (!certificate) return {};
  BIO* out = BIO_new(BIO_s_mem());
  ASN1_TIME_print(out, X509_get0_notAfter(certificate));
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string expiry(text, static_cast<std::size_t>(size));
  BIO_free(out);
  return expiry;
}

}  // namespace

TlsContext::TlsContext(Side side, bool verify_peer)
    : context_(SSL_CTX_new(side == Side::kServer ? TLS_server_method() : TLS_client_method())),
      side_(side),
      verify_peer_(verify_peer) {}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::shared_ptr<const TlsContext>> TlsContext::make(Side side, const TlsOptions& options) {
  ERR_clear_error();
  std::shared_ptr<TlsContext> made(new TlsContext(side, options.verify_peer));
  SSL_CTX* context = made->context_;
  if (!context) return base::fail(ErrorCode::kUnavailable, fmt::format("TLS: {}", reason()));
  SSL_CTX_set_min_proto_version(context, options.only_tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  // Renegotiation lets a client make us work for nothing.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Phones are connected for days and say little: an idle session keeps no buffers.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
  if (!options.ciphers.empty() && SSL_CTX_set_cipher_list(context, options.ciphers.c_str()) != 1)
    return base::fail(ErrorCode::kInvalid,
                      fmt::format("TLS: no cipher is known of '{}' ({})", options.ciphers, reason()));
  if (side == Side::kServer && options.certificate_file.empty())
    return base::fail(ErrorCode::kInvalid, "TLS: a server needs a certificate");
  if (!options.certificate_file.empty())
    if (auto loaded = load_certificate(context, options); !loaded) return std::unexpected(loaded.error());
  if (options.verify_peer)
    if (auto loaded = load_authorities(context, options); !loaded) return std::unexpected(loaded.error());
  if (options.verify_peer)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  if (side == Side::kServer) {
    // Sessions are resumed from tickets alone: what clients make us keep would be theirs to fill.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    constexpr unsigned char kId[] = "polyfon";
    SSL_CTX_set_session_id_context(context, kId, sizeof kId - 1);
  }
  made->expiry_ = expiry_of(context);
  ERR_clear_error();
  return std::shared_ptr<const TlsContext>(std::move(made));
}

}  // namespace polyfon::net
