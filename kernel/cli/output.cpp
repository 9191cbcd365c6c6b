// Standard streams: whole writes, a quiet end when the reader is gone.
#include "kernel/cli/output.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>

#include "kernel/base/terminal.hpp"
#include "kernel/base/text.hpp"
#include "kernel/process/crash.hpp"
#include "kernel/process/quiet_pipe.hpp"

namespace fleetd::cli {

namespace {

// Of the line of progress, which plugins write from threads of theirs; standard error is one for the whole program.
std::recursive_mutex progressLine;

// 0, or the errno of the failure.
int writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = process::writeQuietly(fd, bytes);
    if (wrote >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    } else if (errno == EAGAIN) {
      struct pollfd ready {
        fd, POLLOUT, 0
      };
      static_cast<void>(::poll(&ready, 1, -1));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

bool colorFor(ColorChoice choice, int fd) {
  switch (choice) {
    case ColorChoice::Auto: return base::wantsColor(fd);
    case ColorChoice::Always: return true;
    case ColorChoice::Never: return false;
  }
  return false;
}

}  // namespace

Output::Output(ColorChoice choice)
    : colorData_(colorFor(choice, STDOUT_FILENO)),
      colorMessages_(colorFor(choice, STDERR_FILENO)),
      messagesOnTerminal_(base::isTerminal(STDERR_FILENO)) {
  if (base::isTerminal(STDOUT_FILENO)) dataWidth_ = base::terminalWidth(STDOUT_FILENO);
  if (messagesOnTerminal_) messageWidth_ = base::terminalWidth(STDERR_FILENO);
}

void Output::drain(std::size_t atLeast) {
  if (data_.empty() || data_.size() < atLeast) return;
  clearProgress();
  process::cannotRepeat();
  if (!failed_ && !readerGone_) {
    const int code = writeAll(STDOUT_FILENO, data_);
    if (code == EPIPE) {
      readerGone_ = true;
    } else if (code != 0) {
      failed_ = true;
      why_ = std::strerror(code);
    }
  }
  data_.clear();
}

void Output::message(std::string_view text) {
  const std::lock_guard lock(progressLine);
  drain();
  clearProgress();
  process::cannotRepeat();
  // There is nowhere left to report that standard error is gone.
  static_cast<void>(writeAll(STDERR_FILENO, text));
}

void Output::progress(std::string_view line) {
  if (!messagesOnTerminal_) return;
  const std::lock_guard lock(progressLine);
  clearProgress();
  std::string shown = "\r";
  std::size_t used = 0;
  const std::string clean = base::sanitize(line);
  for (std::string_view rest = clean; !rest.empty();) {
    const base::Rune rune = base::decodeRune(rest);
    used += base::runeWidth(rune.code);
    if (used >= messageWidth_) break;
    shown += rest.substr(0, rune.size);
    rest.remove_prefix(rune.size);
  }
  static_cast<void>(writeAll(STDERR_FILENO, shown));
  progressShown_ = true;
}

void Output::clearProgress() {
  const std::lock_guard lock(progressLine);
  if (!progressShown_) return;
  progressShown_ = false;
  static_cast<void>(writeAll(STDERR_FILENO, "\r\x1b[K"));
}

std::string Output::styled(Style style, std::string_view text) const {
  if (!colorData_ || text.empty()) return std::string(text);
  std::string out(style.start);
  out += text;
  out += Style::kEnd;
  return out;
}

bool Output::finish(std::string& why) {
  drain();
  clearProgress();
  why = why_;
  return !failed_;
}

}  // namespace fleetd::cli
