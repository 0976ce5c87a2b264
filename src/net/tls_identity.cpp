#include "net/tls_identity.h"

#include <algorithm>
#include <memory>

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include "base/socket_address.h"
#include "base/text.h"

namespace polyfon::net {

namespace {

std::string_view text_of(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

// A NUL inside would end the name early for who reads it as C does.
bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
}

void add(std::vector<std::string>& names, std::string_view name) {
  if (is_plain(name) && names.size() < kMaxCertificateNames) names.emplace_back(name);
}

// RFC 5922 7.1: the scheme is sip, and there is no user; a port or parameters say nothing of the domain.
void add_uri(std::vector<std::string>& names, std::string_view uri) {
  if (!base::istarts_with(uri, "sip:") || uri.find('@') != std::string_view::npos) return;
  uri.remove_prefix(4);
  const std::size_t end = uri.starts_with('[') ? uri.find(']') + 1 : uri.find_first_of(":;?");
  add(names, uri.substr(0, end));
}

void add_address(std::vector<std::string>& names, std::string_view bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  if (bytes.size() == 4 && inet_ntop(AF_INET, bytes.data(), text, sizeof text)) add(names, text);
  if (bytes.size() == 16 && inet_ntop(AF_INET6, bytes.data(), text, sizeof text)) add(names, text);
}

void add_common_names(std::vector<std::string>& names, const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;)
    add(names, text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
}

std::string_view without_root_dot(std::string_view name) {
  return name.size() > 1 && name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

bool contains(const std::vector<std::string>& names, std::string_view domain) {
  return std::ranges::any_of(
      names, [&](std::string_view name) { return base::iequals(without_root_dot(name), domain); });
}

bool contains_address(const std::vector<std::string>& names, const base::SocketAddress& address) {
  return std::ranges::any_of(names, [&](std::string_view name) {
    auto own = base::SocketAddress::parse(name, 0);
    return own && own->same_host(address);
  });
}

}  // namespace

CertificateNames certificate_names(const X509* certificate) {
  CertificateNames names;
  add_common_names(names.common_names, certificate);
  using Free = void (*)(GENERAL_NAMES*);
  const std::unique_ptr<GENERAL_NAMES, Free> all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      [](GENERAL_NAMES* list) { sk_GENERAL_NAME_pop_free(list, GENERAL_NAME_free); });
  // One that is there and does not decode is there all the same.
  names.has_alternatives = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) >= 0;
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == GEN_URI) add_uri(names.sip_uris, text_of(name->d.uniformResourceIdentifier));
    if (name->type == GEN_DNS) add(names.dns_names, text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) add_address(names.addresses, text_of(name->d.iPAddress));
  }
  return names;
}

std::string CertificateNames::to_string() const {
  std::string text;
  auto append = [&](std::string_view prefix, const std::vector<std::string>& list) {
    for (const auto& name : list) {
      if (!text.empty()) text += ", ";
      text += prefix;
      text += name;
    }
  };
  append("sip:", sip_uris);
  if (sip_uris.empty()) append("", dns_names);
  append("", addresses);
  if (!has_alternatives) append("", common_names);
  return text.empty() ? "nobody" : text;
}

bool speaks_for(const CertificateNames& names, std::string_view domain) {
  if (domain.starts_with('[') && domain.ends_with(']')) domain = domain.substr(1, domain.size() - 2);
  domain = without_root_dot(domain);
  if (domain.empty()) return false;
  if (auto address = base::SocketAddress::parse(domain, 0))
    return contains_address(names.addresses, *address) || contains_address(names.sip_uris, *address) ||
           (!names.has_alternatives && contains_address(names.common_names, *address));
  // RFC 5922 7.1: dNSName counts only without a SIP URI, and CN only without a subjectAltName.
  if (!names.sip_uris.empty()) return contains(names.sip_uris, domain);
  if (names.has_alternatives) return contains(names.dns_names, domain);
  return contains(names.common_names, domain);
}

}  // namespace polyfon::net
