// sip.conf: [general], then the accounts in order; a second section of one name goes on with the first, as
// chan_sip does.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "config/loaders.h"
#include "config/sip_reader.h"

namespace polyfon::config {

namespace {

class SipLoader {
 public:
  SipLoader(const PolyfonSettings& polyfon, Diagnostics& diagnostics);
  SipConfiguration load(const File& file);

 private:
  void read_general(const File& file);
  void read_account(const Section& section);
  void read_authentication(const Section& section);
  void apply(const Variable& variable, bool general);
  void finish_general();
  void check(const Endpoint& endpoint);

  template <class Value>
  using ByName =
      std::unordered_map<std::string_view, Value, base::CaseInsensitiveHash, base::CaseInsensitiveEqual>;
  const PolyfonSettings& polyfon_;
  Diagnostics& diagnostics_;
  SipReader reader_;
  Endpoint defaults_;
  std::vector<Endpoint> endpoints_;
  ByName<const SipKey*> keys_;
  ByName<const NotYet*> not_yet_;
  std::unordered_map<std::string, std::size_t, base::CaseInsensitiveHash, base::CaseInsensitiveEqual>
      indexes_;
  Location bind_where_, expiry_where_;
};

SipLoader::SipLoader(const PolyfonSettings& polyfon, Diagnostics& diagnostics)
    : polyfon_(polyfon), diagnostics_(diagnostics) {
  for (const SipKey& key : sip_keys()) keys_.emplace(key.key.name, &key);
  for (const NotYet& key : sip_keys_not_yet()) not_yet_.emplace(key.name, &key);
  reader_.endpoint.context = reader_.settings.default_context;
  reader_.endpoint.language = reader_.settings.language;
  reader_.endpoint.codecs = reader_.settings.codecs;
  reader_.endpoint.max_contacts = polyfon.max_contacts;
}

SipConfiguration SipLoader::load(const File& file) {
  read_general(file);
  endpoints_.reserve(file.sections().size());
  for (const Section& section : file.sections()) {
    if (section.is_template || base::iequals(section.name, "general")) continue;
    if (base::iequals(section.name, "authentication"))
      read_authentication(section);
    else
      read_account(section);
  }
  for (const Endpoint& endpoint : endpoints_) check(endpoint);
  return {std::move(reader_.settings), std::move(endpoints_)};
}

void SipLoader::read_general(const File& file) {
  for (const Section& section : file.sections()) {
    if (section.is_template || !base::iequals(section.name, "general")) continue;
    for (const Variable& variable : section.variables) {
      if (base::iequals(variable.name, "bindport")) bind_where_ = variable.where;
      if (base::istarts_with(variable.name, "minexp") || base::istarts_with(variable.name, "maxexp"))
        expiry_where_ = variable.where;
      apply(variable, true);
    }
  }
  finish_general();
}

void SipLoader::finish_general() {
  SipSettings& settings = reader_.settings;
  settings.default_context = reader_.endpoint.context;
  settings.language = reader_.endpoint.language;
  settings.codecs = reader_.endpoint.codecs;
  finish_listeners(reader_, polyfon_, bind_where_, diagnostics_);
  if (settings.min_expiry > settings.max_expiry)
    diagnostics_.error(expiry_where_, fmt::format("minexpiry {} is above maxexpiry {}",
                                                  settings.min_expiry.count(), settings.max_expiry.count()));
  else
    settings.default_expiry = std::clamp(settings.default_expiry, settings.min_expiry, settings.max_expiry);
  defaults_ = reader_.endpoint;
}

void SipLoader::read_account(const Section& section) {
  if (!section.find("type")) {
    diagnostics_.warning(section.where,
                         fmt::format("[{}] has no type; skipped", base::printable(section.name, 60)));
    return;
  }
  auto [known, fresh] = indexes_.try_emplace(section.name, endpoints_.size());
  reader_.endpoint = fresh ? defaults_ : std::move(endpoints_[known->second]);
  reader_.typed = !fresh;
  if (fresh) {
    reader_.endpoint.name = section.name;
    reader_.endpoint.where = section.where;
  }
  for (const Variable& variable : section.variables) apply(variable, false);
  if (!reader_.endpoint.port_given)
    reader_.endpoint.port = reader_.endpoint.transport.first == Transport::kTls ? 5061 : 5060;
  if (!reader_.typed) {  // told by type=
    indexes_.erase(known);
  } else if (fresh) {
    endpoints_.push_back(std::move(reader_.endpoint));
  } else {
    endpoints_[known->second] = std::move(reader_.endpoint);
  }
}

void SipLoader::read_authentication(const Section& section) {
  for (const Variable& variable : section.variables) {
    if (base::iequals(variable.name, "auth"))
      tell_not_yet({"auth"}, variable, diagnostics_);
    else
      tell_unknown(variable, diagnostics_);
  }
}

void SipLoader::apply(const Variable& variable, bool general) {
  auto key = keys_.find(variable.name);
  const SipScope other = general ? SipScope::kAccount : SipScope::kGeneral;
  if (key != keys_.end() && key->second->scope != other)
    return key->second->key.apply(reader_, variable, diagnostics_);
  if (auto later = not_yet_.find(variable.name); later != not_yet_.end())
    return tell_not_yet(*later->second, variable, diagnostics_);
  if (key != keys_.end())
    return diagnostics_.warning(variable.where,
                                fmt::format("'{}' belongs in {}; ignored", key->second->key.name,
                                            general ? "the section of an account" : "[general]"));
  if (base::iequals(variable.name, "register"))  // its value holds a password
    return diagnostics_.warning(variable.where, "not yet: outgoing registration ('register'); ignored");
  tell_unknown(variable, diagnostics_);
}

// What can be used and is hardly meant.
void SipLoader::check(const Endpoint& endpoint) {
  if (endpoint.may_be_called() && !endpoint.dynamic && endpoint.host.empty())
    diagnostics_.warning(endpoint.where, fmt::format("[{}] has no host: it cannot be called",
                                                     base::printable(endpoint.name, 60)));
  bool open = endpoint.secret.empty() && endpoint.md5_secret.empty();
  if (open && endpoint.dynamic)
    diagnostics_.warning(endpoint.where,
                         fmt::format("[{}] has no secret: whoever knows its name can register as it",
                                     base::printable(endpoint.name, 60)));
  if (endpoint.codecs.empty())
    diagnostics_.warning(endpoint.where,
                         fmt::format("[{}] has no codec that polyfon speaks: its calls will fail",
                                     base::printable(endpoint.name, 60)));
}

}  // namespace

SipConfiguration load_sip(const File& file, const PolyfonSettings& polyfon, Diagnostics& diagnostics) {
  return SipLoader(polyfon, diagnostics).load(file);
}

}  // namespace polyfon::config
