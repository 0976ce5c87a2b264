// Whom a certificate speaks for: the SIP identities of RFC 5922 7.1, and their comparison (7.2). thread: any.
#pragma once
#include <string>
#include <string_view>
#include <vector>

struct x509_st;  // OpenSSL's X509

namespace polyfon::net {

inline constexpr std::size_t kMaxCertificateNames = 256;  // of one kind; what follows does not count

struct CertificateNames {
  std::vector<std::string>
      sip_uris;  // hosts of "sip:host" URIs in subjectAltName; those with a user are none
  std::vector<std::string> dns_names;  // dNSName
  std::vector<std::string> addresses;  // iPAddress, as text
  std::vector<std::string> common_names;
  bool has_alternatives = false;  // there is a subjectAltName: CN counts for nothing

  std::string to_string() const;  // those that count: "sip:example.com, 192.0.2.1"
};

CertificateNames certificate_names(const x509_st* certificate);

// `domain` is the host of the next hop's URI: a name or an address. No wildcard matches anything.
bool speaks_for(const CertificateNames& names, std::string_view domain);

}  // namespace polyfon::net
