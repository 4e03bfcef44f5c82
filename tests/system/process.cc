#include "tests/system/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace pegel::testing {
namespace {

struct Pipes {
  int in = -1, out = -1, err = -1;  // Our ends.
};

// Forks and runs; with `is_captured` all three streams are pipes, else only standard error is.
pid_t Spawn(const std::vector<std::string>& arguments, bool is_captured, Pipes* pipes) {
  int in[2], out[2], err[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
    std::perror("pipe");
    std::abort();
  }
  pid_t pid = fork();
  if (pid == 0) {
    if (is_captured) dup2(in[0], 0), dup2(out[1], 1);
    dup2(err[1], 2);
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    std::perror(argv[0]);
    _exit(127);
  }
  close(in[0]), close(out[1]), close(err[1]);
  if (!is_captured) close(in[1]), close(out[0]), in[1] = out[0] = -1;
  *pipes = Pipes{in[1], out[0], err[0]};
  return pid;
}

int ExitCode(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int Wait(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return ExitCode(status);
}

// Reads what is there; false at the end of the stream.
bool ReadSome(int fd, std::string* text) {
  char buffer[65536];
  ssize_t n = read(fd, buffer, sizeof buffer);
  if (n > 0) text->append(buffer, static_cast<size_t>(n));
  return n > 0;
}

}  // namespace

Finished RunProgram(const std::vector<std::string>& arguments, const std::string& input) {
  Pipes pipes;
  pid_t pid = Spawn(arguments, true, &pipes);
  // Inputs of tests fit into the pipe's buffer.
  if (write(pipes.in, input.data(), input.size()) < 0) std::perror("write");
  close(pipes.in);
  Finished finished;
  pollfd fds[2] = {{pipes.out, POLLIN, 0}, {pipes.err, POLLIN, 0}};
  std::string* texts[2] = {&finished.out, &finished.err};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    poll(fds, 2, -1);
    for (int i = 0; i < 2; ++i) {
      if (fds[i].fd >= 0 && fds[i].revents != 0 && !ReadSome(fds[i].fd, texts[i])) fds[i].fd = -1;
    }
  }
  close(pipes.out), close(pipes.err);
  finished.exit_code = Wait(pid);
  return finished;
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments) {
  Pipes pipes;
  pid_ = Spawn(arguments, true, &pipes);
  close(pipes.in);
  out_fd_ = pipes.out;
  err_fd_ = pipes.err;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) End(SIGKILL);
}

bool ChildProcess::ReadFor(int milliseconds) {
  pollfd fd = {out_fd_, POLLIN, 0};
  if (poll(&fd, 1, milliseconds) <= 0) return true;
  return ReadSome(out_fd_, &out_);
}

int ChildProcess::End(int signal) {
  if (signal != 0) kill(pid_, signal);
  while (ReadSome(out_fd_, &out_)) {
  }
  while (ReadSome(err_fd_, &err_)) {
  }
  close(out_fd_), close(err_fd_);
  int code = Wait(pid_);
  pid_ = -1;
  return code;
}

ServerProcess::ServerProcess(const std::string& program, const std::string& data_dir,
                             const std::vector<std::string>& more_arguments) {
  std::vector<std::string> arguments = {program, "--data-dir", data_dir};
  bool has_address = std::count(more_arguments.begin(), more_arguments.end(), "--listen") > 0;
  if (!has_address) arguments.insert(arguments.end(), {"--listen", "127.0.0.1:0"});
  arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
  Pipes pipes;
  pid_ = Spawn(arguments, false, &pipes);
  err_ = pipes.err;
  const std::string mark = "ready on ";
  while (address_.empty() && ReadSome(err_, &output_)) {
    size_t at = output_.find(mark);
    size_t end = at == std::string::npos ? at : output_.find(": ", at);
    if (end != std::string::npos) {
      address_ = output_.substr(at + mark.size(), end - at - mark.size());
    }
  }
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) End(SIGKILL);
}

int ServerProcess::End(int signal) {
  if (pid_ <= 0) return -1;
  kill(pid_, signal);
  while (ReadSome(err_, &output_)) {
  }
  close(err_);
  int code = Wait(pid_);
  pid_ = -1;
  return code;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "pegel-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    std::perror("mkdtemp");
    std::abort();
  }
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace pegel::testing
