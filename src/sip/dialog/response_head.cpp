#include "sip/dialog/response_head.h"

namespace polyfon::sip {

ResponseHead::ResponseHead(const Incoming& request, std::string_view to_tag, bool compact)
    : form_(compact ? HeaderForm::kCompact : HeaderForm::kFull) {
  Builder(text_, form_)
      .response_to(request.message, 100, "Trying", to_tag, request.flow.remote.host(),
                   request.flow.remote.port());
  text_.erase(0, text_.find('\n') + 1);
  record_route_ = text_.size();
  request.message.each(Header::kRecordRoute, [this](std::string_view value) {
    text_ += "Record-Route: ";
    for (char c : value)
      if (c != '\r' && c != '\n') text_ += c;
    text_ += "\r\n";
  });
}

Builder ResponseHead::start(std::string& out, int status, std::string_view reason, bool record_route) const {
  Builder builder(out, form_);
  builder.response(status, reason.empty() ? reason_phrase(status) : reason);
  out.append(text_, 0, record_route ? text_.size() : record_route_);
  return builder;
}

}  // namespace polyfon::sip
