// A TCP peer that knows no manners: plain blocking socket calls, for what no proper client does.
#pragma once

#include <string>

namespace pegel::net {

class RawPeer {
 public:
  struct Options {
    std::string from_ip;           // Own address; empty: the kernel's choice.
    int receive_buffer_bytes = 0;  // 0: the kernel's choice.
    int socket = -1;               // Made before; -1: makes one.
  };

  explicit RawPeer(const std::string& server);
  RawPeer(const std::string& server, Options options);
  ~RawPeer();
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  // False when the server has ended the connection.
  bool Send(const std::string& bytes);
  // Up to `bytes_max` bytes; empty at the end of the stream, also when it ended with an error.
  std::string Receive(size_t bytes_max = 4096);
  // Reads until the server ends the connection. False when it does not within 30 seconds.
  bool SeesEnd();
  void ShutDownSending();
  void Reset();  // Ends the connection without saying goodbye.

  int socket() const { return socket_; }

 private:
  int socket_;
};

}  // namespace pegel::net
