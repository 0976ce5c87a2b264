#include "net/tls_session.h"

#include <array>
#include <new>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/socket_address.h"
#include "net/tls_identity.h"

namespace polyfon::net {

namespace {

constexpr std::size_t kRecord = 16u << 10;  // RFC 8446 5.1: the most that one record holds

std::string last_error(const SSL* ssl) {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (const long verified = SSL_get_verify_result(ssl); verified != X509_V_OK)
    return fmt::format("the certificate is not accepted: {}", X509_verify_cert_error_string(verified));
  const char* text = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return text ? text : "the peer broke off";
}

}  // namespace

TlsSession::TlsSession(const TlsContext& context, std::string_view domain)
    : ssl_(SSL_new(context.handle())),
      domain_(domain),
      client_(context.side() == TlsContext::Side::kClient),
      verifies_(context.verifies_peer()) {
  if (!ssl_) throw std::bad_alloc();
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  client_ ? SSL_set_connect_state(ssl_) : SSL_set_accept_state(ssl_);
  if (!client_) return;
  // RFC 6066 3: a server name is no address.
  if (!domain_.empty() && !base::SocketAddress::parse(domain_, 0))
    SSL_set_tlsext_host_name(ssl_, domain_.c_str());
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

std::string_view TlsSession::version() const { return SSL_get_version(ssl_); }

TlsSession::Status TlsSession::start(std::string& out) {
  if (status_ == Status::kHandshake) shake_hands();
  take_output(out);
  return status_;
}

TlsSession::Status TlsSession::receive(std::span<const char> bytes, std::string& plain, std::string& out) {
  if (status_ == Status::kClosed || status_ == Status::kFailed) return status_;
  if (!bytes.empty()) BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
  if (status_ == Status::kHandshake) shake_hands();
  if (status_ == Status::kOpen) read(plain);
  take_output(out);
  return status_;
}

void TlsSession::shake_hands() {
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_);
  if (done == 1) {
    status_ = Status::kOpen;
    if (client_ && verifies_) check_identity();
    return;
  }
  if (SSL_get_error(ssl_, done) != SSL_ERROR_WANT_READ) fail(last_error(ssl_));
}

// RFC 5922 7.3: the chain is good, OpenSSL has seen to that; is it who we wanted?
void TlsSession::check_identity() {
  X509* certificate = SSL_get0_peer_certificate(ssl_);
  if (!certificate) return fail("the server showed no certificate");
  const CertificateNames names = certificate_names(certificate);
  if (!speaks_for(names, domain_))
    fail(fmt::format("the certificate speaks for {}, not for {}", names.to_string(), domain_));
}

void TlsSession::read(std::string& plain) {
  std::array<char, kRecord> chunk;
  for (;;) {
    ERR_clear_error();
    const int n = SSL_read(ssl_, chunk.data(), static_cast<int>(chunk.size()));
    if (n > 0) {
      plain.append(chunk.data(), static_cast<std::size_t>(n));
      continue;
    }
    switch (SSL_get_error(ssl_, n)) {
      case SSL_ERROR_WANT_READ: return;
      case SSL_ERROR_ZERO_RETURN: status_ = Status::kClosed; return;
      default: return fail(last_error(ssl_));
    }
  }
}

bool TlsSession::send(std::string_view plain, std::string& out) {
  if (status_ != Status::kOpen) return false;
  ERR_clear_error();
  const int written = plain.empty() ? 1 : SSL_write(ssl_, plain.data(), static_cast<int>(plain.size()));
  if (written <= 0) fail(last_error(ssl_));
  take_output(out);
  return status_ == Status::kOpen;
}

void TlsSession::close(std::string& out) {
  if (status_ == Status::kOpen || status_ == Status::kClosed) SSL_shutdown(ssl_);
  ERR_clear_error();
  take_output(out);
}

void TlsSession::take_output(std::string& out) {
  BIO* const from = SSL_get_wbio(ssl_);
  while (const std::size_t waiting = BIO_ctrl_pending(from)) {
    const std::size_t at = out.size();
    out.resize(at + waiting);
    const int n = BIO_read(from, out.data() + at, static_cast<int>(waiting));
    out.resize(at + static_cast<std::size_t>(n > 0 ? n : 0));
    if (n <= 0) return;
  }
}

void TlsSession::fail(std::string why) {
  status_ = Status::kFailed;
  error_ = std::move(why);
}

}  // namespace polyfon::net
