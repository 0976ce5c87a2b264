#include "service/registrar/register_request.h"

#include <algorithm>

#include "sip/message/headers.h"

namespace polyfon::registrar {

namespace {

using sip::Header;

constexpr std::size_t kMaxPathBytes = 1024;
constexpr std::size_t kMaxCallIdBytes = 256;  // kept with each binding

std::unexpected<RegisterRefusal> refuse(int status, std::string reason) {
  return std::unexpected(RegisterRefusal{status, std::move(reason), 0});
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

std::expected<void, RegisterRefusal> read_contacts(const sip::Message& request,
                                                   const config::SipSettings& settings,
                                                   RegisterRequest& result) {
  RegisterRefusal refusal;
  bool good = true;
  auto stop = [&](RegisterRefusal why) {
    refusal = std::move(why);
    return good = false;
  };
  auto min = static_cast<std::uint32_t>(settings.min_expiry.count());
  auto max = static_cast<std::uint32_t>(settings.max_expiry.count());
  sip::each_in_list(request, Header::kContact, [&](std::string_view element) {
    if (sip::is_star(element)) return result.remove_all = true;
    auto contact = sip::parse_name_addr(element);
    if (!contact) return stop({400, "Bad Contact", 0});
    if (contact->uri.scheme != sip::Scheme::kSip && contact->uri.scheme != sip::Scheme::kSips)
      return stop({400, "Contact Is Not A SIP URI", 0});
    if (result.contacts.size() == sip::kMaxContacts) return stop({400, "Too Many Contacts", 0});
    std::uint32_t expires = wanted_expires(*contact, request, settings);
    if (expires > 0 && expires < min) return stop({423, {}, min});
    result.contacts.push_back({contact->uri_text, std::min(expires, max)});
    return true;
  });
  if (!good) return std::unexpected(std::move(refusal));
  if (!result.remove_all) return {};
  // RFC 3261 10.3 step 6: `*` stands alone, with Expires: 0.
  auto expires = request.header(Header::kExpires);
  auto seconds = expires ? sip::parse_delta_seconds(*expires) : base::fail(base::ErrorCode::kNotFound, "");
  if (!result.contacts.empty() || !seconds || *seconds != 0)
    return refuse(400, "Contact * Needs Expires 0 Alone");
  return {};
}

}  // namespace

std::expected<RegisterRequest, RegisterRefusal> parse_register(const sip::Message& request,
                                                               const config::SipSettings& settings) {
  auto essentials = sip::parse_essentials(request);
  if (!essentials) return refuse(400, {});
  if (essentials->call_id.size() > kMaxCallIdBytes) return refuse(400, "Call-ID Too Long");
  RegisterRequest result;
  result.account = sip::unescape(essentials->to.uri.user);
  result.call_id = essentials->call_id;
  result.cseq = essentials->cseq.number;
  result.user_agent = request.header(Header::kUserAgent).value_or("");
  if (auto contacts = read_contacts(request, settings, result); !contacts)
    return std::unexpected(contacts.error());
  if (sip::list_contains(request, Header::kSupported, "path")) {  // RFC 3327 5.3
    sip::each_in_list(request, Header::kPath, [&](std::string_view element) {
      if (!result.path.empty()) result.path += ", ";
      result.path += element;
      return result.path.size() <= kMaxPathBytes;
    });
    if (result.path.size() > kMaxPathBytes) return refuse(400, "Path Too Long");
  } else if (request.has(Header::kPath)) {
    return refuse(420, {});
  }
  return result;
}

}  // namespace polyfon::registrar
