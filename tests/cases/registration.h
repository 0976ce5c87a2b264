// Registration: a House whose phones 1001 to 1003 register without a password from wires, and whom guests
// call.
#pragma once
#include <functional>
#include <map>

#include "cases/house.h"

namespace polyfon::sim {

struct Registering {
  std::string user = "1001";
  std::vector<std::string> contacts;
  std::string call_id = "reg-a";
  int cseq = 0;  // 0: one more than before
  std::string expires = "600";
  std::string more;  // whole lines that end with \n
  std::string via;   // of who was before us, below that of the wire
};

class Registration : public House {
 protected:
  void begin(const std::function<void(config::Snapshot&)>& more = {}) {
    change([more](config::Snapshot& snapshot) {
      for (auto& endpoint : snapshot.endpoints) {
        if (!endpoint->dynamic) continue;
        auto open = std::make_shared<config::Endpoint>(*endpoint);
        open->secret.clear();
        endpoint = snapshot.endpoint_by_name[open->name] = open;
      }
      if (more) more(snapshot);
    });
    open("exten => _10XX,1,Dial(SIP/${EXTEN},120)\n same => n,Hangup(${HANGUPCAUSE})\n");
  }
  // Sends it from there; the answer.
  Received registers(Wire& phone, const Registering& what) {
    std::string contacts;
    for (const auto& contact : what.contacts) contacts += "Contact: " + contact + "\n";
    if (!what.expires.empty()) contacts += "Expires: " + what.expires + "\n";
    std::string via = fmt::format("SIP/2.0/UDP {};branch=z9hG4bKreg{}", phone.host(), ++branch_);
    if (!what.via.empty()) via += ", " + what.via;
    Words words{.method = "REGISTER",
                .uri = "sip:192.0.2.1",
                .via = std::move(via),
                .from = fmt::format("<sip:{}@192.0.2.1>;tag=r", what.user),
                .to = fmt::format("<sip:{}@192.0.2.1>", what.user),
                .call_id = what.call_id,
                .cseq = fmt::format("{} REGISTER", what.cseq ? what.cseq : ++cseq_),
                .contact = "",
                .more = contacts + what.more,
                .body = ""};
    phone.clear();
    phone.send_bytes(kHouse, written(words));
    world_.run_for(std::chrono::milliseconds(20));
    Received answer = phone.received().empty() ? Received{} : phone.received().back();
    phone.clear();
    return answer;
  }
  Received registers(Wire& phone, std::string contact) {
    return registers(phone, Registering{.contacts = {std::move(contact)}});
  }
  // A guest calls; whoever is to ring has the INVITE when this returns.
  void call(const std::string& uri = "sip:1001@192.0.2.1") {
    ask({.uri = uri, .to = "<" + uri + ">"});
    world_.run_for(std::chrono::milliseconds(30));
  }
  void answers(Wire& phone, std::string_view status_line) {
    phone.send_bytes(kHouse, response_to(phone.last("INVITE"), status_line, "t" + phone.host()));
    world_.run_for(std::chrono::milliseconds(20));
  }
  std::vector<std::string> contacts_of(const Received& ok) const {
    std::vector<std::string> result;
    for (auto value : ok.headers("Contact")) result.emplace_back(value);
    return result;
  }
  // A parameter of the first Contact of a 200, without its quotes.
  static std::string parameter(const Received& ok, std::string_view name) {
    std::string contact(ok.header("Contact")), key = fmt::format(";{}=\"", name);
    auto at = contact.find(key);
    if (at == std::string::npos) return {};
    at += key.size();
    return contact.substr(at, contact.find('"', at) - at);
  }

  Wire desk_{world_, "192.0.2.31"}, mobile_{world_, "192.0.2.32"}, edge_{world_, "192.0.2.50"};

 private:
  int branch_ = 0, cseq_ = 0;
};

}  // namespace polyfon::sim
