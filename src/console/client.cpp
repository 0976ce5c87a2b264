#include "console/client.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <histedit.h>
#include <unistd.h>

#include "base/text.h"
#include "net/local_socket.h"

namespace polyfon::console {

namespace {

constexpr int kHistoryLines = 500;

base::Result<net::LocalClient> connect(const std::filesystem::path& data) {
  auto client = net::LocalClient::connect((data / kSocketName).string());
  if (client) return client;
  return base::fail(
      base::ErrorCode::kUnavailable,
      fmt::format(
          "no polyfon runs on {} ({}); start one with `polyfon serve`, or name its data directory with "
          "--data",
          data.string(), client.error().text));
}

base::Result<std::string> ask(net::LocalClient& client, char kind, std::string_view line) {
  if (auto sent = client.send(kind + std::string(line)); !sent) return std::unexpected(sent.error());
  return client.receive();
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

// One interactive console: the line editor and what its callbacks need.
class Editor {
 public:
  Editor(net::LocalClient& client, std::string prompt) : client_(client), prompt_(std::move(prompt)) {
    editor_ = el_init("polyfon", stdin, stdout, stderr);
    history_ = history_init();
    HistEvent event;
    history(history_, &event, H_SETSIZE, kHistoryLines);
    history(history_, &event, H_SETUNIQUE, 1);
    el_set(editor_, EL_CLIENTDATA, this);
    el_set(editor_, EL_PROMPT, &Editor::prompt);
    el_set(editor_, EL_EDITOR, "emacs");
    el_set(editor_, EL_HIST, history, history_);
    el_set(editor_, EL_SIGNAL, 1);
    el_set(editor_, EL_ADDFN, "polyfon-complete", "complete a command", &Editor::complete);
    el_set(editor_, EL_BIND, "\t", "polyfon-complete", nullptr);
    el_set(editor_, EL_BIND, "?", "polyfon-complete", nullptr);
    if (const char* home = std::getenv("HOME")) {
      file_ = std::string(home) + "/.polyfon_history";
      history(history_, &event, H_LOAD, file_.c_str());
    }
  }
  ~Editor() {
    HistEvent event;
    if (!file_.empty()) history(history_, &event, H_SAVE, file_.c_str());
    history_end(history_);
    el_end(editor_);
  }
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  // nullopt: end of input.
  std::optional<std::string> read_line() {
    int count = 0;
    const char* text = el_gets(editor_, &count);
    if (!text || count <= 0) return std::nullopt;
    std::string line(base::trim(std::string_view(text, static_cast<std::size_t>(count))));
    HistEvent event;
    if (!line.empty()) history(history_, &event, H_ENTER, line.c_str());
    return line;
  }

 private:
  static Editor& of(EditLine* editor) {
    void* self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    return *static_cast<Editor*>(self);
  }
  static char* prompt(EditLine* editor) { return of(editor).prompt_.data(); }

  // Tab and `?`: one candidate is typed, several are shown and what they share is typed.
  static unsigned char complete(EditLine* editor, int key) {
    const LineInfo* info = el_line(editor);
    std::string line(info->buffer, static_cast<std::size_t>(info->cursor - info->buffer));
    auto answer = ask(of(editor).client_, 'T', line);
    if (!answer) return CC_EOF;
    std::vector<std::string> candidates;
    for (auto part : base::split(*answer, '\n'))
      if (!part.empty()) candidates.emplace_back(part);
    if (candidates.empty()) return CC_REFRESH_BEEP;
    auto blank = line.find_last_of(" \t");
    std::size_t typed = blank == std::string::npos ? line.size() : line.size() - blank - 1;
    std::string shared = candidates.size() == 1 ? candidates[0] + " " : candidates[0];
    for (const auto& candidate : candidates)
      if (candidates.size() > 1)
        shared.resize(
            static_cast<std::size_t>(std::ranges::mismatch(shared, candidate).in1 - shared.begin()));
    if (shared.size() > typed && key != '?') {
      el_insertstr(editor, shared.c_str() + typed);
      return CC_REFRESH;
    }
    std::string text = "\n";
    for (const auto& candidate : candidates) text += candidate + "  ";
    print(text + "\n");
    return CC_REDISPLAY;
  }

  net::LocalClient& client_;
  std::string prompt_;
  std::string file_;
  EditLine* editor_ = nullptr;
  History* history_ = nullptr;
};

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "polyfon";
}

}  // namespace

base::Result<> run_one_command(const std::filesystem::path& data, const std::string& command) {
  auto client = connect(data);
  if (!client) return std::unexpected(client.error());
  auto answer = ask(*client, 'C', command);
  if (!answer) return std::unexpected(answer.error());
  print(*answer);
  return {};
}

base::Result<> run_interactive(const std::filesystem::path& data) {
  auto client = connect(data);
  if (!client) return std::unexpected(client.error());
  if (auto greeting = ask(*client, 'C', "core show version")) print(*greeting);
  print("Tab or ? completes, `core show help` lists the commands, `exit` leaves the console.\n");
  Editor editor(*client, host_name() + "*CLI> ");
  while (auto line = editor.read_line()) {
    if (line->empty()) continue;
    if (*line == "exit" || *line == "quit") break;
    auto answer = ask(*client, 'C', *line);
    if (!answer) return base::fail(base::ErrorCode::kUnavailable, "the exchange has stopped");
    print(*answer);
  }
  return {};
}

}  // namespace polyfon::console
