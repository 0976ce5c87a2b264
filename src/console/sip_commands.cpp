#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "console/commands.h"

namespace polyfon::console {

namespace {

using config::Endpoint;
using registrar::BindingView;
using Status = BindingView::Status;

std::string status_text(const BindingView& binding) {
  switch (binding.status) {
    case Status::kUnmonitored: return "Unmonitored";
    case Status::kUnknown: return "UNKNOWN";
    case Status::kOk: return fmt::format("OK ({} ms)", binding.round_trip.count());
    case Status::kLagged: return fmt::format("LAGGED ({} ms)", binding.round_trip.count());
    case Status::kUnreachable: return "UNREACHABLE";
  }
  return {};
}

// chan_sip's columns: "Yes", "No", and "Auto" with what auto came to.
std::string force_rport_text(const config::Nat& nat) {
  return nat.auto_force_rport ? "Auto (No)" : nat.force_rport ? "Yes" : "No";
}
std::string comedia_text(const config::Nat& nat) {
  return nat.auto_comedia ? "Auto (No)" : nat.comedia ? "Yes" : "No";
}

struct PeerCounts {
  std::size_t peers = 0, monitored_online = 0, monitored_offline = 0, unmonitored_online = 0,
              unmonitored_offline = 0;
};

std::string peer_line(const Endpoint& endpoint, const registrar::Registrar& registrar, PeerCounts& counts) {
  auto bindings = registrar.bindings(endpoint.name);
  std::string host = "(Unspecified)", status = endpoint.qualify ? "UNKNOWN" : "Unmonitored";
  std::uint16_t port = 0;
  bool online = false;
  if (!bindings.empty()) {
    host = bindings[0].flow.remote.host();
    port = bindings[0].flow.remote.port();
    status = status_text(bindings[0]);
    online = bindings[0].status != Status::kUnreachable;
  } else if (!endpoint.dynamic) {
    host = endpoint.host;
    port = endpoint.port;
  }
  ++counts.peers;
  auto& count = endpoint.qualify ? (online ? counts.monitored_online : counts.monitored_offline)
                                 : (online ? counts.unmonitored_online : counts.unmonitored_offline);
  ++count;
  std::string name = endpoint.username.empty() ? endpoint.name : endpoint.name + "/" + endpoint.username;
  return fmt::format("{:<25.25} {:<39.39} {:<3.3} {:<10.10} {:<10.10} {:<3.3} {:<8} {:<11} {:<32.32}\n", name,
                     host, endpoint.dynamic ? "D" : "", force_rport_text(endpoint.nat),
                     comedia_text(endpoint.nat), endpoint.access.empty() ? "" : "A", port, status,
                     endpoint.description);
}

std::string show_peers(const call::Exchange& exchange, const registrar::Registrar& registrar) {
  std::string text = fmt::format(
      "{:<25.25} {:<39.39} {:<3.3} {:<10.10} {:<10.10} {:<3.3} {:<8} {:<11} {:<32.32}\n", "Name/username",
      "Host", "Dyn", "Forcerport", "Comedia", "ACL", "Port", "Status", "Description");
  PeerCounts counts;
  for (const auto& endpoint : exchange.snapshot().endpoints)
    if (endpoint->may_be_called()) text += peer_line(*endpoint, registrar, counts);
  return text +
         fmt::format("{} sip peers [Monitored: {} online, {} offline Unmonitored: {} online, {} offline]\n",
                     counts.peers, counts.monitored_online, counts.monitored_offline,
                     counts.unmonitored_online, counts.unmonitored_offline);
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : "|") + part;
  return text;
}

std::string show_peer(const call::Exchange& exchange, const registrar::Registrar& registrar,
                      const std::string& name) {
  const auto* endpoint = exchange.snapshot().find_endpoint(name);
  if (!endpoint) return fmt::format("Peer {} not found.\n", base::printable(name, 80));
  std::string text = fmt::format("\n  * Name       : {}\n", endpoint->name);
  auto line = [&](std::string_view key, std::string_view value) {
    text += fmt::format("  {:<12} : {}\n", key, value);
  };
  line("Description", endpoint->description);
  line("Secret", endpoint->secret.empty() ? "<Not set>" : "<Set>");
  line("MD5Secret", endpoint->md5_secret.empty() ? "<Not set>" : "<Set>");
  line("Context", endpoint->context);
  line("Language", endpoint->language);
  line("Callgroup", fmt::format("{:#x}", endpoint->call_groups));
  line("Pickupgroup", fmt::format("{:#x}", endpoint->pickup_groups));
  line("MOH Suggest", endpoint->music_suggested);
  line("Call limit", std::to_string(endpoint->call_limit));
  line("Calls now", std::to_string(exchange.calls_of(endpoint->name)));
  line("Dynamic", endpoint->dynamic ? "Yes" : "No");
  line("Callerid", fmt::format("\"{}\" <{}>", endpoint->caller_id.name, endpoint->caller_id.number));
  line("Insecure", endpoint->insecure_port ? (endpoint->insecure_invite ? "port,invite" : "port")
                                           : (endpoint->insecure_invite ? "invite" : "no"));
  line("Force rport", force_rport_text(endpoint->nat));
  line("Comedia", comedia_text(endpoint->nat));
  line("ACL", endpoint->access.empty() ? "No" : "Yes");
  line("DirectMedia", endpoint->direct_media ? "Yes" : "No");
  line("Def. Username", endpoint->username);
  line("Codecs", fmt::format("({})", join(endpoint->codecs)));
  line("Configured at", fmt::format("{}:{}", endpoint->where.file, endpoint->where.line));
  auto bindings = registrar.bindings(endpoint->name);
  if (bindings.empty()) line("Addr->IP", "(null)");
  for (const auto& binding : bindings) {
    line("Addr->IP", binding.flow.remote.to_string());
    line(binding.fixed ? "Contact" : "Reg. Contact", binding.contact_uri);
    if (!binding.fixed) line("Expires in", fmt::format("{} s", binding.expires_in));
    line("Status", status_text(binding));
    if (!binding.fixed) line("Useragent", binding.user_agent);
  }
  return text + "\n";
}

std::string show_users(const call::Exchange& exchange) {
  std::string text = fmt::format("{:<25.25}  {:<15.15}  {:<15.15}  {:<15.15}  {:<5.5}{:<10.10}\n", "Username",
                                 "Secret", "Accountcode", "Def.Context", "ACL", "Forcerport");
  for (const auto& endpoint : exchange.snapshot().endpoints)
    if (endpoint->may_call())
      text += fmt::format("{:<25.25}  {:<15.15}  {:<15.15}  {:<15.15}  {:<5.5}{:<10.10}\n", endpoint->name,
                          endpoint->secret.empty() ? "" : "<Set>", endpoint->account_code, endpoint->context,
                          endpoint->access.empty() ? "No" : "Yes", force_rport_text(endpoint->nat));
  return text;
}

// Outgoing registrations come with trunks; the table is there for who scripts against it.
std::string show_registry() {
  return fmt::format("{:<39.39} {:<6.6} {:<12.12}  {:>8.8} {:<20.20} {:<25.25}\n", "Host", "dnsmgr",
                     "Username", "Refresh", "State", "Reg.Time") +
         "0 SIP registrations.\n";
}

std::string show_settings(const call::Exchange& exchange, const registrar::Registrar& registrar,
                          const sip::UserAgent& agent) {
  const auto& sip = exchange.snapshot().sip;
  std::string text = "\n\nGlobal Settings:\n----------------\n";
  auto line = [&](std::string_view key, std::string_view value) {
    text += fmt::format("  {:<24}{}\n", fmt::format("{}:", key), value);
  };
  for (const auto& address : sip.bind) line("UDP Bindaddress", address.to_string());
  if (sip.tcp_bind.empty()) line("TCP SIP Bindaddress", "Disabled");
  for (const auto& address : sip.tcp_bind) line("TCP SIP Bindaddress", address.to_string());
  if (sip.tls_bind.empty()) line("TLS SIP Bindaddress", "Disabled");
  for (const auto& address : sip.tls_bind) line("TLS SIP Bindaddress", address.to_string());
  if (!sip.tls_bind.empty()) line("TLS certificate", sip.tls.certificate_file.string());
  line("Verify TLS servers", sip.tls.verify_server ? "Yes" : "No");
  line("Allow unknown access", sip.allow_guest ? "Yes" : "No");
  line("Always auth rejects", sip.always_auth_reject ? "Yes" : "No");
  line("Realm", sip.realm);
  line("User Agent", sip.user_agent);
  line("Context", sip.default_context);
  line("Language", sip.language);
  line("Codecs", fmt::format("({})", join(sip.codecs)));
  line("Reg. min duration", fmt::format("{} secs", sip.min_expiry.count()));
  line("Reg. max duration", fmt::format("{} secs", sip.max_expiry.count()));
  line("Reg. default duration", fmt::format("{} secs", sip.default_expiry.count()));
  line("SIP Transport T1", fmt::format("{} ms", sip.t1.count()));
  line("External address", sip.external_address);
  text += "\nNow:\n----\n";
  line("Registrations", fmt::format("{} ({} bytes)", registrar.binding_count(), registrar.bytes()));
  line("Transactions", std::to_string(agent.transactions()));
  line("Sessions", std::to_string(agent.sessions()));
  return text + "\n";
}

}  // namespace

void add_sip_commands(CommandTable& table, call::Exchange& exchange, const registrar::Registrar& registrar,
                      const sip::UserAgent& user_agent) {
  auto names = [&exchange](const CommandContext&, std::string_view prefix) {
    std::vector<std::string> found;
    for (const auto& endpoint : exchange.snapshot().endpoints)
      if (base::istarts_with(endpoint->name, prefix)) found.push_back(endpoint->name);
    return found;
  };
  table.add({"sip show peers", "List defined SIP peers",
             "Lists the accounts that can be called: where they are registered, and "
             "whether they answer.",
             [&](const CommandContext&) { return show_peers(exchange, registrar); }});
  table.add({"sip show peer <name>", "Show details on specific SIP peer",
             "Shows one account: its settings, and its contacts.",
             [&](const CommandContext& context) { return show_peer(exchange, registrar, context.words[3]); },
             names});
  table.add({"sip show users", "List defined SIP users", "Lists the accounts that can call.",
             [&](const CommandContext&) { return show_users(exchange); }});
  table.add({"sip show user [<name>]", "Show details on specific SIP user",
             "Shows one account, or all of them without a name.",
             [&](const CommandContext& context) {
               return context.words.size() > 3 ? show_peer(exchange, registrar, context.words[3])
                                               : show_users(exchange);
             },
             names});
  table.add({"sip show registry", "List SIP registration status",
             "Lists the registrations of this exchange with others.",
             [](const CommandContext&) { return show_registry(); }});
  table.add({"sip show settings", "Show SIP global settings",
             "Shows the settings of [general] in sip.conf, and what exists now.",
             [&](const CommandContext&) { return show_settings(exchange, registrar, user_agent); }});
}

}  // namespace polyfon::console
