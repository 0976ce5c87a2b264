// RFC 3261 7.3.1: how a header is written makes no difference to what it says. Every message of the corpus
// that is right is rewritten in each way and must decode to the same.
#include <array>
#include <functional>
#include <vector>

#include "sample.h"

namespace polyfon::sip {
namespace {

constexpr std::array<std::string_view, 24> kRight = {
    "wsinv",   "intmeth",    "esc01",   "escnull",  "esc02",    "lwsdisp",   "longreq",         "dblreq",
    "semiuri", "transports", "mpart01", "unreason", "noreason", "badbranch", "unkscm",          "novelsc",
    "unksm2",  "bext01",     "invut",   "bcast",    "zeromf",   "cparam01",  "register_digest", "prack"};

// Headers that are comma lists, and may be joined and split.
constexpr std::array<Header, 8> kLists = {Header::kVia,         Header::kContact, Header::kRoute,
                                          Header::kRecordRoute, Header::kPath,    Header::kSupported,
                                          Header::kRequire,     Header::kAccept};
bool is_list(Header header) { return std::ranges::find(kLists, header) != kLists.end(); }

std::string squeezed(std::string_view text) {  // runs of blanks as one
  std::string out;
  for (char c : text) {
    const bool blank = base::is_space(c);
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

// All that the decoders say, as text.
std::string decode(const Message& message) {
  std::string out(to_string(message.error()));
  auto add = [&out](std::string_view text) { out.append("|").append(squeezed(text)); };
  if (const auto all = parse_essentials(message)) {
    for (std::string_view part :
         {all->via.transport, all->via.host, all->via.branch(), all->from.display_name, all->from.uri_text,
          all->from.tag(), all->to.display_name, all->to.uri_text, all->to.tag(), all->cseq.method_name,
          all->call_id}) {
      add(part);
    }
    add(std::to_string(all->cseq.number));
    add(std::to_string(all->max_forwards.value_or(0)));
  }
  for (Header header : kLists) {
    add(header_name(header));
    each_in_list(message, header, [&](std::string_view element) {
      add(element);
      return true;
    });
  }
  for (const Message::Line line : message.lines()) {
    if (line.id == Header::kOther) add(base::lower(line.name) + line.value.data()[0]);
  }
  if (const auto auth = parse_auth(message.header(Header::kAuthorization).value_or(""))) {
    add(auth->find("username").value_or("-"));
    add(auth->find("realm").value_or("-"));
  }
  add(message.body());
  return out;
}

using WriteLine = std::function<std::string(const Message::Line&)>;

std::string rewrite(const Message& message, const WriteLine& write) {
  std::string out(message.bytes().substr(0, message.bytes().find("\r\n") + 2));
  for (const Message::Line line : message.lines()) out += write(line);
  return out.append("\r\n").append(message.body());
}

void expect_same_decode(const WriteLine& write) {
  for (std::string_view name : kRight) {
    const std::string text = corpus(name);
    const Message message(text);
    ASSERT_EQ(message.error(), ParseError::kNone) << name;
    const std::string rewritten = rewrite(message, write);
    EXPECT_EQ(decode(Message(rewritten)), decode(message)) << name << "\n" << rewritten;
  }
}

std::string line_of(std::string_view name, std::string_view colon, std::string_view value) {
  return std::string(name).append(colon).append(value).append("\r\n");
}

TEST(HeaderForms, compact_names_say_the_same) {
  expect_same_decode([](const Message::Line& line) {
    for (char letter = 'a'; letter <= 'z'; ++letter) {
      if (line.id != Header::kOther && parse_header_name({&letter, 1}) == line.id) {
        return line_of({&letter, 1}, ":", line.value);
      }
    }
    return line_of(line.name, ":", line.value);
  });
}

TEST(HeaderForms, long_names_say_the_same) {
  expect_same_decode([](const Message::Line& line) {
    return line_of(line.id == Header::kOther ? line.name : header_name(line.id), ": ", line.value);
  });
}

TEST(HeaderForms, case_of_names_says_nothing) {
  expect_same_decode(
      [](const Message::Line& line) { return line_of(base::upper(line.name), ": ", line.value); });
  expect_same_decode(
      [](const Message::Line& line) { return line_of(base::lower(line.name), ":", line.value); });
}

TEST(HeaderForms, blanks_around_the_colon_say_nothing) {
  expect_same_decode([](const Message::Line& line) { return line_of(line.name, " \t :\t ", line.value); });
}

TEST(HeaderForms, blanks_and_folds_around_a_value_say_nothing) {
  expect_same_decode([](const Message::Line& line) {
    return line_of(line.name, ":\r\n \r\n\t", std::string(line.value) + " \r\n \t");
  });
}

TEST(HeaderForms, every_blank_may_be_a_fold) {
  expect_same_decode([](const Message::Line& line) {
    std::string folded;
    bool escaped = false;
    for (char c : line.value) {
      if (c == ' ' && !escaped && (folded.empty() || !base::is_space(folded.back()))) folded += "\r\n";
      escaped = c == '\\' && !escaped;
      folded += c;
    }
    return line_of(line.name, ": ", folded);
  });
}

TEST(HeaderForms, lists_may_be_split_into_lines) {
  expect_same_decode([](const Message::Line& line) {
    if (!is_list(line.id)) return line_of(line.name, ": ", line.value);
    std::string out;
    std::string_view rest = line.value;
    while (const auto element = next_in_list(rest)) out += line_of(line.name, ": ", *element);
    return out;
  });
}

TEST(HeaderForms, lines_may_be_joined_into_a_list) {
  for (std::string_view name : kRight) {
    const std::string text = corpus(name);
    const Message message(text);
    std::string joined(text.substr(0, text.find("\r\n") + 2));
    for (Header header : kLists) {
      std::string values;
      message.each(header, [&](std::string_view value) {
        values.append(values.empty() ? "" : " ,\r\n ").append(value);
      });
      if (message.has(header)) joined += line_of(header_name(header), ": ", values);
    }
    for (const Message::Line line : message.lines()) {
      if (!is_list(line.id)) joined += line_of(line.name, ": ", line.value);
    }
    joined.append("\r\n").append(message.body());
    EXPECT_EQ(decode(Message(joined)), decode(message)) << name << "\n" << joined;
  }
}

TEST(HeaderForms, a_bare_line_feed_ends_a_line_too) {
  for (std::string_view name : {"semiuri", "register_digest", "prack", "wsinv"}) {
    std::string text = corpus(name);
    const std::string before = decode(Message(text));
    const std::size_t body = text.find("\r\n\r\n") + 4;
    std::string head = text.substr(0, body);
    std::erase(head, '\r');
    const std::string changed = head + text.substr(body);
    EXPECT_EQ(decode(Message(changed)), before) << name;
  }
}

}  // namespace
}  // namespace polyfon::sip
