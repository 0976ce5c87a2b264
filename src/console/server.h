// Server: the console's way in: a Unix socket in --data on the edge loop; lines go to control, texts come
// back. The protocol of a message: "C<line>" runs a command, "T<line>" completes; the answer is the text, or
// the candidates one a line. thread: made and destroyed on edge; commands run on control.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "console/command.h"
#include "net/local_socket.h"
#include "net/loop.h"

namespace polyfon::console {

class Server {
 public:
  // `table` is used on control only. `greeting` is what a console shows first ("polyfon 0.1.0 ...").
  static base::Result<std::unique_ptr<Server>> listen(net::Loop& edge, net::Loop& control,
                                                      const CommandTable& table, const std::string& path);
  ~Server();

 private:
  Server();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::console
