// Starting Tor and listening to how far it got.
#include "kernel/deploy/tor.hpp"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/deploy/socks.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;

constexpr std::string_view kUsual = "127.0.0.1:9050";
constexpr auto kBootstrap = std::chrono::seconds(100);
constexpr std::size_t kMostOutput = 64 << 10;

}  // namespace

struct Tor::Progress {
  std::mutex mutex;
  std::condition_variable changed;
  std::string said;  // the line that is not complete yet
  std::string last;  // the last one that tells of progress or trouble
  bool ready = false, ended = false;

  void hear(std::string_view piece) {
    const std::lock_guard lock(mutex);
    said += piece;
    for (auto end = said.find('\n'); end != std::string::npos; end = said.find('\n')) {
      const std::string line = said.substr(0, end);
      said.erase(0, end + 1);
      if (line.find("Bootstrapped 100%") != std::string::npos) ready = true;
      if (line.find("Bootstrapped ") != std::string::npos || line.find("[warn]") != std::string::npos ||
          line.find("[err]") != std::string::npos)
        last = line;
    }
    if (said.size() > kMostOutput) said.clear();
    changed.notify_all();
  }
};

Result<std::unique_ptr<Tor>> Tor::open(const std::string& dataDirectory, const std::string& socketPath) {
  std::unique_ptr<Tor> out(new Tor);
  if (socksAnswers(std::string(kUsual))) {
    out->proxy_ = kUsual;
    return out;
  }
  if (dataDirectory.empty() || !process::findProgram("tor"))
    return Error{Code::FL0883,
                 fmt::format("no Tor client answers at {}, and `tor` is not installed to start one", kUsual),
                 "install tor, or start it",
                 {}};
  auto started = out->start(dataDirectory, socketPath);
  if (!started) return started.error();
  return out;
}

Result<void> Tor::start(const std::string& dataDirectory, const std::string& socketPath) {
  if (dataDirectory.find_first_of("\n\r\"") != std::string::npos)
    return Error{Code::FL0883, fmt::format("{} is no directory for Tor", base::sanitize(dataDirectory)), "", {}};
  FLEETD_TRY(base::makeDirs(dataDirectory, 0700));
  base::Pipe pipe = base::makePipe();
  if (!pipe.read) return Error{Code::FL0883, "no pipe is left for Tor", "", {}};
  process::Command command;
  command.argv = {"tor", "-f", "-"};
  command.input = fmt::format(
      "SocksPort unix:\"{}\"\nDataDirectory \"{}\"\nLog notice stdout\nClientOnly 1\n__OwningControllerProcess {}\n",
      socketPath, dataDirectory, ::getpid());
  command.maxOutput = 0;
  command.maxErrors = kMostOutput;
  command.stopFd = pipe.read.get();
  progress_ = std::make_shared<Progress>();
  command.onOutput = [progress = progress_](std::string_view piece) { progress->hear(piece); };
  stop_ = std::move(pipe.write);
  running_ = std::thread([command = std::move(command), reader = std::move(pipe.read), progress = progress_] {
    const auto finished = process::run(command);
    const std::lock_guard lock(progress->mutex);
    progress->ended = true;
    if (!finished) progress->last = finished.error().message;
    progress->changed.notify_all();
  });
  std::unique_lock lock(progress_->mutex);
  progress_->changed.wait_for(lock, kBootstrap, [&] { return progress_->ready || progress_->ended; });
  proxy_ = "unix:" + socketPath;
  if (progress_->ready && !progress_->ended) return {};
  return Error{
      Code::FL0883,
      fmt::format("Tor {}: {}", progress_->ended ? "ended" : fmt::format("is not ready after {} s", kBootstrap.count()),
                  progress_->last.empty() ? "it said nothing" : base::sanitize(progress_->last)),
      "",
      {}};
}

Tor::~Tor() {
  stop_.reset();
  if (running_.joinable()) running_.join();
}

}  // namespace fleetd::deploy
