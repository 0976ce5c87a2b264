#include "service/registrar/register_request.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "sip/message/headers.h"

namespace polyfon::registrar {

namespace {

using sip::Header;
using Contact = RegisterRequest::Contact;
using Checked = std::expected<void, RegisterRefusal>;

constexpr std::size_t kMaxPathBytes = 1024;
constexpr std::size_t kMaxCallIdBytes = 256;    // kept with each binding
constexpr std::size_t kMaxInstanceBytes = 256;  // as well
constexpr std::uint32_t kMaxRegId = (1u << 31) - 1;

std::unexpected<RegisterRefusal> refuse(int status, std::string reason, std::uint32_t min_expires = 0) {
  return std::unexpected(RegisterRefusal{status, std::move(reason), min_expires});
}

// The parameter, else the header, else the default (RFC 3261 10.2.1.1); an unreadable one counts as absent
// (20.19).
std::uint32_t wanted_expires(const sip::NameAddr& contact, const sip::Message& request,
                             const config::SipSettings& settings) {
  if (auto text = contact.parameters.find("expires"))
    if (auto seconds = sip::parse_delta_seconds(*text)) return *seconds;
  if (auto text = request.header(Header::kExpires))
    if (auto seconds = sip::parse_delta_seconds(*text)) return *seconds;
  return static_cast<std::uint32_t>(settings.default_expiry.count());
}

// RFC 3261 25.1: qvalue, "0.7" as 700. What is none counts as absent, and that as 1.
unsigned q_of(const sip::NameAddr& contact) {
  constexpr unsigned kFull = 1000;
  auto text = contact.parameters.find("q").value_or("1");
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return kFull;
  if (text.size() > 1 && text[1] != '.') return kFull;
  unsigned q = text[0] == '1' ? kFull : 0, unit = 100;
  for (char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (digit < '0' || digit > '9') return kFull;
    q += static_cast<unsigned>(digit - '0') * unit;
    unit /= 10;
  }
  return std::min(q, kFull);
}

// RFC 5626 4.1: +sip.instance="<urn:uuid:...>"; anything else names no instance.
std::string_view instance_of(const sip::NameAddr& contact) {
  auto text = contact.parameters.find("+sip.instance").value_or("");
  if (text.size() < 3 || text.size() > kMaxInstanceBytes || !text.starts_with('<') || !text.ends_with('>'))
    return {};
  return text.substr(1, text.size() - 2);
}

// RFC 5626 6: without an instance it is ignored.
std::uint32_t reg_id_of(const sip::NameAddr& contact) {
  auto text = contact.parameters.find("reg-id");
  auto number = text ? base::parse_number<std::uint32_t>(*text, 1, kMaxRegId) : std::nullopt;
  return number && !instance_of(contact).empty() ? *number : 0;
}

std::expected<Contact, RegisterRefusal> read_contact(std::string_view element, const sip::Message& request,
                                                     const config::SipSettings& settings) {
  auto min = static_cast<std::uint32_t>(settings.min_expiry.count());
  auto max = static_cast<std::uint32_t>(settings.max_expiry.count());
  auto contact = sip::parse_name_addr(element);
  if (!contact) return refuse(400, "Bad Contact");
  if (contact->uri.scheme != sip::Scheme::kSip && contact->uri.scheme != sip::Scheme::kSips)
    return refuse(400, "Contact Is Not A SIP URI");
  std::uint32_t expires = wanted_expires(*contact, request, settings);
  if (expires > 0 && expires < min) return refuse(423, {}, min);
  return Contact{contact->uri_text, std::min(expires, max), q_of(*contact), instance_of(*contact),
                 reg_id_of(*contact)};
}

Checked read_contacts(const sip::Message& request, const config::SipSettings& settings,
                      RegisterRequest& result) {
  Checked checked;
  sip::each_in_list(request, Header::kContact, [&](std::string_view element) {
    if (sip::is_star(element)) return result.remove_all = true;
    auto contact = read_contact(element, request, settings);
    if (!contact)
      checked = std::unexpected(std::move(contact.error()));
    else if (result.contacts.size() == sip::kMaxContacts)
      checked = refuse(400, "Too Many Contacts");
    else
      result.contacts.push_back(*contact);
    return checked.has_value();
  });
  if (!checked || !result.remove_all) return checked;
  // RFC 3261 10.3 step 6: `*` stands alone, with Expires: 0.
  auto expires = request.header(Header::kExpires);
  auto seconds = expires ? sip::parse_delta_seconds(*expires) : base::fail(base::ErrorCode::kNotFound, "");
  if (!result.contacts.empty() || !seconds || *seconds != 0)
    return refuse(400, "Contact * Needs Expires 0 Alone");
  return {};
}

// RFC 3327 5.3. A proxy that is no loose router could not be routed through.
Checked read_path(const sip::Message& request, bool without_support, RegisterRequest& result) {
  if (!request.has(Header::kPath)) return {};
  if (!without_support && !sip::list_contains(request, Header::kSupported, "path") &&
      !sip::list_contains(request, Header::kRequire, "path"))
    return refuse(420, {});
  Checked checked;
  sip::each_in_list(request, Header::kPath, [&](std::string_view element) {
    auto proxy = sip::parse_name_addr(element);
    if (!result.path.empty()) result.path += ", ";
    result.path += element;
    if (!proxy)
      checked = refuse(400, "Bad Path");
    else if (!proxy->uri.parameter("lr"))
      checked = refuse(400, "Path Without lr");
    else if (result.path.size() > kMaxPathBytes)
      checked = refuse(400, "Path Too Long");
    return checked.has_value();
  });
  return checked;
}

// The proxy that the phone reached first wrote the last value, and says there whether it keeps flows.
bool edge_keeps_flows(std::string_view path) {
  std::string_view edge;
  while (auto element = sip::next_in_list(path)) edge = *element;
  auto proxy = sip::parse_name_addr(edge);
  return proxy && proxy->uri.parameter("ob");
}

// RFC 5626 6
Checked read_flows(const sip::Message& request, RegisterRequest& result) {
  if (!result.has_flow()) return {};
  if (!result.first_hop && !edge_keeps_flows(result.path)) {
    if (result.supports_outbound) return refuse(439, {});
    for (auto& contact : result.contacts) contact.reg_id = 0;
    return {};
  }
  auto lasting = std::ranges::count_if(result.contacts, [](const Contact& c) { return c.expires > 0; });
  if (lasting > 1) return refuse(400, "One Contact For One Flow");
  return {};
}

bool has_one_via(const sip::Message& request) {
  int count = 0;
  sip::each_in_list(request, Header::kVia, [&](std::string_view) { return ++count < 2; });
  return count == 1;
}

}  // namespace

bool RegisterRequest::has_flow() const {
  return std::ranges::any_of(contacts, [](const Contact& contact) { return contact.reg_id != 0; });
}

std::expected<RegisterRequest, RegisterRefusal> parse_register(const sip::Message& request,
                                                               const config::Snapshot& settings) {
  auto essentials = sip::parse_essentials(request);
  if (!essentials) return refuse(400, {});
  if (essentials->call_id.size() > kMaxCallIdBytes) return refuse(400, "Call-ID Too Long");
  RegisterRequest result;
  const sip::Uri& to = essentials->to.uri;
  result.account = sip::unescape(to.user);
  result.domain = to.host.contains(':') ? fmt::format("[{}]", to.host) : std::string(to.host);
  if (to.port != 0) result.domain += fmt::format(":{}", to.port);
  result.secure = to.scheme == sip::Scheme::kSips;
  result.call_id = essentials->call_id;
  result.cseq = essentials->cseq.number;
  result.user_agent = request.header(Header::kUserAgent).value_or("");
  result.first_hop = has_one_via(request);
  result.supports_outbound = sip::list_contains(request, Header::kSupported, "outbound") ||
                             sip::list_contains(request, Header::kRequire, "outbound");
  result.wants_gruu = sip::list_contains(request, Header::kSupported, "gruu") ||
                      sip::list_contains(request, Header::kRequire, "gruu");
  auto checked = read_contacts(request, settings.sip, result);
  if (checked) checked = read_path(request, settings.polyfon.path_without_support, result);
  if (checked) checked = read_flows(request, result);
  if (!checked) return std::unexpected(std::move(checked.error()));
  return result;
}

}  // namespace polyfon::registrar
