// Child processes for tests: start, read, kill. Only ever signals processes that it started itself.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace pegel::testing {

// Runs a program to its end.
struct Finished {
  int exit_code = -1;  // 128 + signal when it was killed.
  std::string out;
  std::string err;
};
Finished RunProgram(const std::vector<std::string>& arguments, const std::string& input = "");

// A program that runs beside the test, its standard output captured. Killed when destroyed.
class ChildProcess {
 public:
  explicit ChildProcess(const std::vector<std::string>& arguments);
  ~ChildProcess();

  // Reads what comes within `milliseconds`; false when it has closed its output.
  bool ReadFor(int milliseconds);

  // Sends the signal (0: none), reads what is left and waits for the end; the exit code as in
  // Finished.
  int End(int signal);

  const std::string& out() const { return out_; }  // Read so far.
  const std::string& err() const { return err_; }  // Read by End.

 private:
  pid_t pid_ = -1;
  int out_fd_ = -1, err_fd_ = -1;
  std::string out_, err_;
};

// A pegeld under test, on a free port of the loopback unless told to --listen elsewhere. Killed
// when destroyed.
class ServerProcess {
 public:
  // Waits until it is ready; address() is empty when it ended instead, output() says why.
  ServerProcess(const std::string& program, const std::string& data_dir,
                const std::vector<std::string>& more_arguments = {});
  ~ServerProcess();

  const std::string& address() const { return address_; }
  const std::string& output() const { return output_; }
  pid_t pid() const { return pid_; }

  // Sends the signal and waits for the end; the exit code as in Finished.
  int End(int signal);

 private:
  pid_t pid_ = -1;
  int err_ = -1;
  std::string address_;
  std::string output_;
};

// A new empty directory, removed with all its content when destroyed.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace pegel::testing
