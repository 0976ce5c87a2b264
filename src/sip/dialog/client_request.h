// ClientRequest: a request of ours outside a dialog and its answer: OPTIONS, MESSAGE (RFC 3261 8.1). A
// challenge is answered when credentials were given. Owned by UserAgentCore. thread: control.
#pragma once
#include <memory>
#include <string>

#include "sip/dialog/digest_client.h"
#include "sip/dialog/user_agent.h"
#include "sip/transaction/transaction_layer.h"

namespace polyfon::sip {

class UserAgentCore;
using ClientRequestId = base::Id<struct ClientRequestTag>;

class ClientRequest {
 public:
  ClientRequest(ClientRequestId id, UserAgentCore& core, RequestOptions options, UserAgent::Answer answer);

  void send();  // with the next CSeq number
  void receive(const Message& response);
  void failed(TransactionFailure failure);

 private:
  void transmit();
  bool try_next_server(const Message* response);
  void end(int status, const Message* response);

  const ClientRequestId id_;
  UserAgentCore& core_;
  RequestOptions options_;
  UserAgent::Answer answer_;
  std::unique_ptr<DigestClient> digest_;
  std::string call_id_, from_tag_;
  std::uint32_t cseq_ = 0;
  int attempt_ = 0;
};

}  // namespace polyfon::sip
