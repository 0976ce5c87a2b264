// Raw: one user agent against messages written by hand.
#pragma once
#include "unit/sip_dialog/phone.h"

namespace polyfon::sip {

class Raw : public testing::Test {
 public:
  static constexpr std::string_view kUs = "10.0.0.2:5060";

  struct Text {
    std::string method = "INVITE";
    std::string uri = "sip:bob@10.0.0.2";
    std::string branch = "z9hG4bK1";
    std::string to_tag;
    int cseq = 1;
    std::string headers;  // lines that end with \n
    std::string body;
    std::string call_id = "call-1";
    std::string from_tag = "f1";
    std::string cseq_method;
    std::string contact = "<sip:carol@10.0.0.9:5060>";
  };
  static std::string write(const Text& t) {
    std::string text = t.method + " " + t.uri + " SIP/2.0\n";
    text += "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=" + t.branch + "\n";
    text += "From: <sip:carol@c.example>;tag=" + t.from_tag + "\n";
    text += "To: <sip:bob@b.example>" + (t.to_tag.empty() ? "" : ";tag=" + t.to_tag) + "\n";
    text += "Call-ID: " + t.call_id + "\n";
    text +=
        "CSeq: " + std::to_string(t.cseq) + " " + (t.cseq_method.empty() ? t.method : t.cseq_method) + "\n";
    if (!t.contact.empty()) text += "Contact: " + t.contact + "\n";
    text += t.headers;
    if (!t.body.empty()) text += "Content-Type: application/sdp\n";
    text += "Content-Length: " + std::to_string(t.body.size()) + "\n\n" + t.body;
    return text;
  }
  void send(const Text& text) { peer.send(kUs, write(text)); }
  void send_raw(std::string_view text) { peer.send(kUs, text); }

  static std::string tag_of(const std::string& name_addr) {
    auto at = name_addr.find(";tag=");
    return at == std::string::npos ? std::string() : name_addr.substr(at + 5);
  }

  // As a caller: the phone answers at once; the To-tag it gave is in `tag`.
  void establish_from_peer() {
    phone.when_invited = [this](SessionId id, const Message&) { phone.user_agent.answer(id, kAnswer); };
    send({.body = std::string(kOffer)});
    tag = tag_of(peer.last("SIP/2.0 200")->header("To"));
    send({.method = "ACK", .branch = "z9hG4bKack", .to_tag = tag});
    ASSERT_TRUE(phone.user_agent.session_info(phone.session)->confirmed);
    phone.events.clear();
    peer.received.clear();
  }

  // As a callee: answers the request that came last with this status.
  void respond(const Packet& request, int status, std::string_view to_tag, std::string_view headers = "",
               std::string_view body = "") {
    std::string text = "SIP/2.0 " + std::to_string(status) + " Whatever\n";
    text += "Via: " + request.header("Via") + "\n";
    text += "From: " + request.header("From") + "\n";
    std::string to = request.header("To");
    if (to.find(";tag=") == std::string::npos && !to_tag.empty()) to += ";tag=" + std::string(to_tag);
    text += "To: " + to + "\n";
    text += "Call-ID: " + request.header("Call-ID") + "\n";
    text += "CSeq: " + request.header("CSeq") + "\n";
    text += headers;
    if (!body.empty()) text += "Content-Type: application/sdp\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\n\n" + std::string(body);
    peer.send(kUs, text);
  }
  Packet call_peer(std::string_view sdp = kOffer, std::function<void(InviteOptions&)> change = {}) {
    phone.call("10.0.0.9:5060", sdp, std::move(change));
    network.settle();
    return *peer.last("INVITE");
  }

  static constexpr std::string_view kContact = "Contact: <sip:carol@10.0.0.9:5060>\n";

  Network network;
  Phone phone{network, kUs, 7};
  RawPeer peer{network, "10.0.0.9:5060"};
  std::string tag;
};

}  // namespace polyfon::sip
