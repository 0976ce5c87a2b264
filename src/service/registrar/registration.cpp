// REGISTER, from the request to its answer.
#include <algorithm>

#include <fmt/format.h>

#include "call/authentication.h"
#include "config/access.h"
#include "service/registrar/contact_flow.h"
#include "service/registrar/registrar_impl.h"
#include "sip/message/headers.h"

namespace polyfon::registrar {

namespace {

using sip::Header;

constexpr std::size_t kMaxUserAgentBytes = 64;  // that are kept
// RFC 5626 4.4: the phone shows itself at least that often; by itself it would on UDP every 24 to 29 s, on
// connections every 95 to 120 s.
constexpr std::string_view kFlowTimerUdp = "30", kFlowTimerStream = "120";

// The same resource (RFC 3261 10.3 step 7, 19.1.4).
bool same_uri(std::string_view one, std::string_view other) {
  if (one == other) return true;
  auto a = sip::Uri::parse(one), b = sip::Uri::parse(other);
  return a && b && a->equivalent(*b);
}

BindingKey key_of(std::string_view account, const Binding& binding) {
  return {std::string(account), std::string(binding.contact_uri()), std::string(binding.instance()),
          binding.reg_id};
}

// The name in the credentials for our realm; "": there are none.
std::string digest_user(const sip::Message& message, std::string_view realm) {
  std::string user;
  message.each(Header::kAuthorization, [&](std::string_view value) {
    auto credentials = sip::parse_auth(value);
    if (user.empty() && credentials && credentials->find("realm") == realm)
      user = credentials->find("username").value_or("");
  });
  return user;
}

// RFC 3327 5.3: along the Path, whose first proxy is the one to send to. RFC 5626 6: back on the flow.
sip::Flow flow_to(const RegisterRequest& wanted, const RegisterRequest::Contact& contact,
                  const config::Nat& nat, const sip::IncomingRequest& request) {
  if (!wanted.path.empty()) {
    std::string_view path = wanted.path;
    auto proxy = sip::parse_name_addr(*sip::next_in_list(path));
    return proxy ? contact_flow(proxy->uri_text, request.flow()) : request.flow();
  }
  const bool back = contact.reg_id != 0 || is_behind_nat(nat, request.message(), request.flow());
  return back ? request.flow() : contact_flow(contact.uri, request.flow());
}

}  // namespace

void Registrar::Impl::handle(sip::IncomingRequest request, base::Instant now) {
  auto wanted = parse_register(request.message(), *snapshot);
  if (!wanted) return refuse(request, wanted.error());
  auto endpoint = find_endpoint(*snapshot, wanted->account);
  if (endpoint && !endpoint->dynamic) endpoint = nullptr;
  auto who = registrant(request.message(), wanted->account, endpoint);
  if (!authenticated(request, *wanted, who, now)) return;
  // RFC 3261 10.3 steps 4 and 5; that somebody else's account does not exist is not told to strangers.
  if (!endpoint || !may_register(*who, endpoint->name)) {
    counters.rejected_auth.add();
    base::log_notice("registrar", "{} may not register '{}' ([registrar] third_party of polyfon.conf)",
                     who->name, base::printable(wanted->account, 64));
    return refuse(request, {403, {}, 0});
  }
  if (registers_itself(*wanted)) return refuse(request, {403, "Contact Is The Account", 0});
  Account& account = accounts[endpoint->name];
  if (!in_order(account, *wanted)) {
    counters.rejected_order.add();
    return refuse(request, {500, "CSeq Out Of Order", 0});
  }
  if (wanted->contacts.empty() && !wanted->remove_all) counters.queried.add();
  change(account, *endpoint, *wanted, request, now);
  accept(request, *endpoint, account, *wanted, now);
  if (account.bindings.empty())
    accounts.erase(endpoint->name);
  else
    watch(account, endpoint);
}

EndpointPtr Registrar::Impl::registrant(const sip::Message& message, std::string_view account,
                                        const EndpointPtr& endpoint) const {
  std::string user = digest_user(message, snapshot->sip.realm);
  const bool own = base::iequals(user, account) || (endpoint && user == endpoint->username);
  if (user.empty() || own) return endpoint;
  auto other = find_endpoint(*snapshot, user);
  const bool has_password = other && (!other->secret.empty() || !other->md5_secret.empty());
  return has_password ? other : endpoint;
}

bool Registrar::Impl::may_register(const config::Endpoint& who, std::string_view account) const {
  if (who.name == account) return true;
  auto rule = snapshot->polyfon.third_party.find(who.name);
  return rule != snapshot->polyfon.third_party.end() &&
         std::ranges::find(rule->second, account) != rule->second.end();
}

// False: it has been answered. An account without a password needs none, for its own address alone.
bool Registrar::Impl::authenticated(sip::IncomingRequest& request, const RegisterRequest& wanted,
                                    const EndpointPtr& who, base::Instant now) {
  const bool known = who && call::may_come_by(*who, request.flow());
  if (known && who->secret.empty() && who->md5_secret.empty()) return true;
  switch (call::authenticate(request.message(), known ? who.get() : nullptr, snapshot->sip.realm,
                             parts.nonces, now)) {
    case call::DigestVerdict::kGood: return true;
    case call::DigestVerdict::kNone: challenge(request, now, false); return false;
    case call::DigestVerdict::kStale: challenge(request, now, true); return false;
    case call::DigestVerdict::kWrong:
      counters.rejected_auth.add();
      if (wrong_password_log.allow(now))
        base::log_notice("registrar", "registration of '{}' from {} refused: wrong name or password",
                         base::printable(wanted.account, 64), request.flow().remote.to_string());
      challenge(request, now, false);
      return false;
  }
  return false;
}

void Registrar::Impl::challenge(sip::IncomingRequest& request, base::Instant now, bool stale) {
  counters.challenged.add();
  sip::ResponseOptions options;
  for (auto& value : call::make_challenges(*snapshot, parts.nonces, now, stale))
    options.headers.push_back({"WWW-Authenticate", std::move(value)});
  request.respond_stateless(401, std::move(options));
}

void Registrar::Impl::refuse(sip::IncomingRequest& request, const RegisterRefusal& refusal) {
  sip::ResponseOptions options{.reason = refusal.reason};
  if (refusal.status == 423) {
    counters.rejected_interval.add();
    options.headers.push_back({"Min-Expires", std::to_string(refusal.min_expires)});
  }
  if (refusal.status == 420) options.headers.push_back({"Unsupported", "path"});
  request.respond_stateless(refusal.status, std::move(options));
}

// RFC 5627 5.1: a contact that is the account's own address, or a GRUU of it, would lead back to us.
bool Registrar::Impl::registers_itself(const RegisterRequest& wanted) const {
  const std::string own = fmt::format("{}:{}@{}", wanted.secure ? "sips" : "sip",
                                      sip::escape_user(wanted.account), wanted.domain);
  return std::ranges::any_of(wanted.contacts, [&](const RegisterRequest::Contact& contact) {
    auto uri = sip::Uri::parse(contact.uri);
    if (contact.instance.empty() || !uri || contact.expires == 0) return false;
    return same_uri(contact.uri, own) || uri->parameter("gr");
  });
}

// A flow is known by its instance and number (RFC 5626 6), a contact by its URI. A phone that comes back with
// another address takes the place of what it was before, unless it names both.
Registrar::Impl::Bindings::iterator Registrar::Impl::find(Account& account, const RegisterRequest& wanted,
                                                          const RegisterRequest::Contact& contact) {
  auto& bindings = account.bindings;
  if (contact.reg_id != 0)
    return std::ranges::find_if(bindings, [&](const Binding& binding) {
      return binding.reg_id == contact.reg_id && binding.instance() == contact.instance;
    });
  auto found = std::ranges::find_if(bindings, [&](const Binding& binding) {
    return binding.reg_id == 0 && same_uri(binding.contact_uri(), contact.uri);
  });
  if (found != bindings.end() || contact.instance.empty()) return found;
  return std::ranges::find_if(bindings, [&](const Binding& binding) {
    if (binding.reg_id != 0 || binding.instance() != contact.instance) return false;
    return std::ranges::none_of(
        wanted.contacts, [&](const auto& other) { return same_uri(other.uri, binding.contact_uri()); });
  });
}

// RFC 3261 10.3 step 7: the same Call-ID with a CSeq that is not higher fails as a whole.
bool Registrar::Impl::in_order(Account& account, const RegisterRequest& wanted) const {
  auto stale = [&](const Binding& binding) {
    return binding.call_id() == wanted.call_id && wanted.cseq <= binding.cseq;
  };
  if (wanted.remove_all) return std::ranges::none_of(account.bindings, stale);
  return std::ranges::all_of(wanted.contacts, [&](const auto& contact) {
    auto binding = find(account, wanted, contact);
    return binding == account.bindings.end() || !stale(*binding);
  });
}

void Registrar::Impl::change(Account& account, const config::Endpoint& endpoint,
                             const RegisterRequest& wanted, const sip::IncomingRequest& request,
                             base::Instant now) {
  if (wanted.remove_all)
    while (!account.bindings.empty()) {
      counters.unregistered.add();
      erase(endpoint.name, account, account.bindings.begin());
    }
  for (const auto& contact : wanted.contacts) {
    if (contact.expires > 0) {
      put(account, endpoint, wanted, contact, flow_to(wanted, contact, endpoint.nat, request), now);
      continue;
    }
    auto binding = find(account, wanted, contact);
    if (binding == account.bindings.end()) continue;
    counters.unregistered.add();
    erase(endpoint.name, account, binding);
  }
}

void Registrar::Impl::put(Account& account, const config::Endpoint& endpoint, const RegisterRequest& wanted,
                          const RegisterRequest::Contact& contact, const sip::Flow& flow, base::Instant now) {
  BindingTexts texts{contact.uri, wanted.call_id, wanted.user_agent.substr(0, kMaxUserAgentBytes),
                     wanted.path, contact.instance};
  auto binding = find(account, wanted, contact);
  const bool fresh = binding == account.bindings.end();
  bool moved = false;
  if (fresh) {
    // More phones than the account may have: the one that registered longest ago is most likely gone.
    while (account.bindings.size() >= endpoint.max_contacts && !account.bindings.empty()) {
      counters.rejected_limit.add();
      erase(endpoint.name, account, std::prev(account.bindings.end()));
    }
    account.bindings.insert(account.bindings.begin(), Binding(texts));
    counters.registered.add();
    base::log_verbose("registrar", "{} registered from {}", endpoint.name, flow.remote.to_string());
  } else {
    const BindingKey before = key_of(endpoint.name, *binding);
    moved = before.contact_uri != contact.uri || (contact.reg_id != 0 && binding->flow != flow);
    binding->set_texts(texts);
    if (parts.store && before != key_of(endpoint.name, *binding)) parts.store->remove(before);
    std::rotate(account.bindings.begin(), binding, binding + 1);
    counters.refreshed.add();
  }
  Binding& newest = account.bindings.front();
  newest.flow = flow;
  newest.cseq = wanted.cseq;
  newest.q = static_cast<std::uint16_t>(contact.q);
  newest.reg_id = contact.reg_id;
  newest.expires = now + std::chrono::seconds(contact.expires);
  stored(endpoint.name, newest, now);
  const bool ask = fresh || moved || newest.status == ContactStatus::kUnreachable;
  if (ask && account.probe) account.probe->ask_in({});
}

// RFC 3261 10.3 step 8, with what RFC 5626 and RFC 5627 5.2 add.
std::string Registrar::Impl::contact_value(const Binding& binding, const config::Endpoint& endpoint,
                                           const RegisterRequest& wanted, base::Instant now) {
  auto left = std::chrono::duration_cast<std::chrono::seconds>(binding.expires - now).count();
  std::string value = fmt::format("<{}>;expires={}", binding.contact_uri(), std::max<long>(left, 0));
  if (binding.q < 1000) value += fmt::format(";q=0.{:03}", binding.q);
  if (binding.instance().empty()) return value;
  value += fmt::format(";+sip.instance=\"<{}>\"", binding.instance());
  if (binding.reg_id != 0) value += fmt::format(";reg-id={}", binding.reg_id);
  if (!wanted.wants_gruu) return value;
  const std::string_view scheme = wanted.secure ? "sips" : "sip";
  auto era = gruus.era(endpoint.name, binding.instance(), binding.call_id());
  auto salt = static_cast<std::uint64_t>(parts.clock.wall().time_since_epoch().count()) + ++next_gruu;
  value += fmt::format(";pub-gruu=\"{}\";temp-gruu=\"{}:{}@{};gr\"",
                       GruuMaker::make_public(scheme, endpoint.name, wanted.domain, binding.instance()),
                       scheme, gruus.make_temporary(era, salt), wanted.domain);
  return value;
}

void Registrar::Impl::accept(sip::IncomingRequest& request, const config::Endpoint& endpoint,
                             const Account& account, const RegisterRequest& wanted, base::Instant now) {
  sip::ResponseOptions options;
  for (const auto& binding : account.bindings)
    options.headers.push_back({"Contact", contact_value(binding, endpoint, wanted, now)});
  if (!wanted.path.empty()) options.headers.push_back({"Path", wanted.path});
  if (wanted.has_flow() && wanted.supports_outbound) {  // RFC 5626 6
    options.headers.push_back({"Require", "outbound"});
    if (wanted.first_hop)
      options.headers.push_back(
          {"Flow-Timer",
           std::string(sip::is_reliable(request.flow().protocol) ? kFlowTimerStream : kFlowTimerUdp)});
  }
  request.respond(200, std::move(options));
}

// --- what is kept of it ---

void Registrar::Impl::erase(std::string_view name, Account& account, Bindings::iterator binding) {
  if (parts.store && !binding->is_fixed()) parts.store->remove(key_of(name, *binding));
  account.bindings.erase(binding);
}

void Registrar::Impl::stored(std::string_view name, const Binding& binding, base::Instant now) {
  if (!parts.store) return;
  auto wall = std::chrono::duration_cast<std::chrono::seconds>(parts.clock.wall().time_since_epoch()).count();
  auto left = std::chrono::duration_cast<std::chrono::seconds>(binding.expires - now).count();
  parts.store->save({std::string(name), std::string(binding.contact_uri()), std::string(binding.call_id()),
                     std::string(binding.user_agent()), std::string(binding.path()), binding.cseq,
                     encode_flow(binding.flow), wall + left, std::string(binding.instance()), binding.reg_id,
                     binding.q});
}

}  // namespace polyfon::registrar
