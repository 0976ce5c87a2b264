#include "console/server.h"

namespace polyfon::console {

struct Server::Impl {
  Impl(net::Loop& e, net::Loop& c, const CommandTable& t) : edge(e), control(c), table(t) {}

  void on_message(net::LocalServer::ConnectionId connection, std::string message) {
    char kind = message.empty() ? 0 : message[0];
    std::string line = message.empty() ? std::string() : message.substr(1);
    if (kind != 'C' && kind != 'T') return sockets->close(connection);
    control.post([this, weak = std::weak_ptr(alive), connection, kind, line = std::move(line)] {
      Reply reply = [this, weak, connection](std::string text) {
        edge.post([this, weak, connection, text = std::move(text)]() mutable {
          if (weak.lock()) sockets->send(connection, std::move(text));
        });
      };
      if (kind == 'C') return table.run(line, std::move(reply));
      std::string text;
      for (const auto& candidate : table.complete(line)) text += candidate + "\n";
      reply(std::move(text));
    });
  }

  net::Loop& edge;
  net::Loop& control;
  const CommandTable& table;
  std::shared_ptr<int> alive =
      std::make_shared<int>();  // gone: an answer on its way to edge is dropped there
  std::unique_ptr<net::LocalServer> sockets;
};

Server::Server() = default;
Server::~Server() = default;

base::Result<std::unique_ptr<Server>> Server::listen(net::Loop& edge, net::Loop& control,
                                                     const CommandTable& table, const std::string& path) {
  std::unique_ptr<Server> server(new Server);
  server->impl_ = std::make_unique<Impl>(edge, control, table);
  auto sockets = net::LocalServer::listen(edge, path,
                                          [impl = server->impl_.get()](auto connection, std::string message) {
                                            impl->on_message(connection, std::move(message));
                                          });
  if (!sockets) return std::unexpected(sockets.error());
  server->impl_->sockets = std::move(*sockets);
  return server;
}

}  // namespace polyfon::console
