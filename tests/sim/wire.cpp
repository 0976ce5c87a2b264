#include "sim/wire.h"

#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"

namespace polyfon::sim {

namespace {

std::string_view parameter(std::string_view value, std::string_view name) {
  const std::string text = fmt::format(";{}=", name);
  const auto at = value.find(text);
  if (at == std::string_view::npos) return {};
  value.remove_prefix(at + text.size());
  return value.substr(0, value.find_first_of(";, \r\n"));
}

}  // namespace

std::string_view Received::start_line() const { return std::string_view(bytes).substr(0, bytes.find('\r')); }

int Received::status() const {
  if (!bytes.starts_with("SIP/2.0 ")) return 0;
  return base::parse_number<int>(std::string_view(bytes).substr(8, 3)).value_or(0);
}

std::string_view Received::method() const {
  return status() ? std::string_view() : start_line().substr(0, start_line().find(' '));
}

std::string_view Received::uri() const {
  std::string_view line = start_line();
  line.remove_prefix(std::min(line.size(), line.find(' ') + 1));
  return line.substr(0, line.find(' '));
}

std::string_view Received::body() const {
  const auto end = bytes.find("\r\n\r\n");
  return end == std::string::npos ? std::string_view() : std::string_view(bytes).substr(end + 4);
}

std::vector<std::string_view> Received::headers(std::string_view name) const {
  std::vector<std::string_view> values;
  std::string_view head = std::string_view(bytes).substr(0, bytes.find("\r\n\r\n") + 2);
  const std::string wanted = fmt::format("\r\n{}: ", name);
  for (auto line = head.find(wanted); line != std::string_view::npos; line = head.find(wanted, line + 1)) {
    const auto begin = line + wanted.size();
    values.push_back(head.substr(begin, head.find("\r\n", begin) - begin));
  }
  return values;
}

std::string_view Received::header(std::string_view name) const {
  const auto values = headers(name);
  return values.empty() ? std::string_view() : values.front();
}

std::string_view Received::branch() const { return parameter(header("Via"), "branch"); }
std::string_view Received::to_tag() const { return parameter(header("To"), "tag"); }
std::string_view Received::from_tag() const { return parameter(header("From"), "tag"); }

Wire::Wire(World& world, std::string_view host, std::initializer_list<std::uint16_t> ports) : world_(world) {
  for (std::uint16_t port : ports) {
    addresses_.push_back(*base::SocketAddress::parse(host, port));
    world_.attach(addresses_.back(),
                  [this, port](const base::SocketAddress& from, std::string_view bytes, base::Instant now) {
                    received_.push_back({now, from, port, std::string(bytes)});
                  });
  }
}

Wire::~Wire() {
  for (const auto& address : addresses_) world_.detach(address);
}

void Wire::send(const base::SocketAddress& to, std::string_view text) { send_bytes(to, crlf(text)); }
void Wire::send_bytes(const base::SocketAddress& to, std::string_view bytes) {
  world_.send(address(), to, bytes);
}

std::string Wire::story() const {
  std::string story;
  for (const Received& message : received_) {
    if (!story.empty()) story += ' ';
    story += message.status() ? std::to_string(message.status()) : std::string(message.method());
  }
  return story;
}

const Received& Wire::last(int status) const {
  for (auto it = received_.rbegin(); it != received_.rend(); ++it)
    if (it->status() == status) return *it;
  fmt::print(stderr, "{} has no {}: \"{}\"\n{}\n", host(), status, story(), world_.trace());
  std::abort();
}

const Received& Wire::last(std::string_view method) const {
  for (auto it = received_.rbegin(); it != received_.rend(); ++it)
    if (it->method() == method) return *it;
  fmt::print(stderr, "{} has no {}: \"{}\"\n{}\n", host(), method, story(), world_.trace());
  std::abort();
}

std::size_t Wire::count(int status) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(received_, [&](const Received& message) { return message.status() == status; }));
}
std::size_t Wire::count(std::string_view method) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(received_, [&](const Received& message) { return message.method() == method; }));
}

std::string crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 64);
  for (char c : text) {
    if (c == '\n' && (out.empty() || out.back() != '\r')) out += '\r';
    out += c;
  }
  return out;
}

std::string response_to(const Received& request, std::string_view status_line, std::string_view to_tag,
                        std::string_view more, std::string_view body) {
  std::string out = fmt::format("SIP/2.0 {}\r\n", status_line);
  for (std::string_view via : request.headers("Via")) out += fmt::format("Via: {}\r\n", via);
  for (std::string_view route : request.headers("Record-Route"))
    out += fmt::format("Record-Route: {}\r\n", route);
  out += fmt::format("From: {}\r\nTo: {}", request.header("From"), request.header("To"));
  if (!to_tag.empty() && request.to_tag().empty()) out += fmt::format(";tag={}", to_tag);
  out += fmt::format("\r\nCall-ID: {}\r\nCSeq: {}\r\n{}", request.header("Call-ID"), request.header("CSeq"),
                     crlf(more));
  return out + fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

}  // namespace polyfon::sim
