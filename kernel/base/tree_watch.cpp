#include "kernel/base/tree_watch.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/inotify.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include <fmt/core.h>

#include "kernel/base/file.hpp"

namespace fleetd::base {

namespace {

constexpr int kMaxDepth = 64;
constexpr int kPause = 20;          // ms without a change before what was written counts as whole
constexpr int kLongestWrite = 500;  // ms of writing without a pause
constexpr int kAsk = 1000;          // ms between two questions whether to go on
constexpr int kLookAgain = 250;     // ms, where the system sends no notices

bool isLeftOut(std::string_view name) {
  return name == ".git" || name == ".hg" || name == ".jj" || name == ".direnv" || name == "result" ||
         name.starts_with("result-");
}

template <class Time>
std::int64_t nanoseconds(const Time& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

Result<void> TreeWatch::look(const std::string& directory, int depth, Snapshot& out) {
  auto entries = listDir(directory);
  if (!entries) {
    if (depth == 0) return entries.error();
    return {};  // gone or closed since its parent was listed, which is a change of the parent
  }
  for (const DirEntry& entry : *entries) {
    if (isLeftOut(entry.name)) continue;
    const std::string path = directory + "/" + entry.name;
    struct stat st {};
    if (::lstat(path.c_str(), &st) != 0) continue;
#ifdef __APPLE__
    const auto modified = nanoseconds(st.st_mtimespec), changed = nanoseconds(st.st_ctimespec);
#else
    const auto modified = nanoseconds(st.st_mtim), changed = nanoseconds(st.st_ctim);
#endif
    const bool isDirectory = S_ISDIR(st.st_mode);
    // What is in a directory is listed by itself: its times would only say so twice.
    if (isDirectory)
      out[path] = {st.st_ino, 0, 0, 0, st.st_mode};
    else
      out[path] = {st.st_ino, static_cast<std::uint64_t>(st.st_size), modified, changed, st.st_mode};
    if (out.size() > kMaxEntries)
      return Error{Code::FL0004,
                   fmt::format("there are more than {} files to watch", kMaxEntries),
                   "watch a fleet without large trees in it",
                   {}};
    if (isDirectory && depth < kMaxDepth) FLEETD_TRY(look(path, depth + 1, out));
  }
  return {};
}

Result<TreeWatch::Snapshot> TreeWatch::lookAtAll() const {
  Snapshot out;
  for (const std::string& root : roots_) FLEETD_TRY(look(root, 0, out));
  return out;
}

#ifdef __linux__
void TreeWatch::subscribe() {
  if (!notices_) notices_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!notices_) return;
  constexpr std::uint32_t kWhat = IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                  IN_MOVED_TO | IN_DELETE_SELF | IN_ONLYDIR;
  const auto add = [&](const std::string& directory) {
    return ::inotify_add_watch(notices_.get(), directory.c_str(), kWhat) >= 0 || errno == ENOENT || errno == ENOTDIR ||
           errno == EACCES;
  };
  bool all = std::all_of(roots_.begin(), roots_.end(), add);
  for (const auto& [path, stamp] : seen_)
    if (S_ISDIR(stamp.mode)) all = all && add(path);
  if (!all) notices_.reset();  // the user's limit of watches is reached
}
#else
void TreeWatch::subscribe() {}
#endif

// Whether a notice came, all of which are taken, within this time.
bool TreeWatch::awaitNotice(int milliseconds) {
  pollfd one{notices_.get(), POLLIN, 0};
  if (::poll(&one, 1, milliseconds) <= 0) return false;
  alignas(std::max_align_t) std::array<char, 16384> bytes;
  while (::read(notices_.get(), bytes.data(), bytes.size()) > 0) {
  }
  return true;
}

Result<TreeWatch> TreeWatch::open(std::vector<std::string> roots) {
  TreeWatch out;
  out.roots_ = std::move(roots);
  FLEETD_TRY_ASSIGN(out.seen_, out.lookAtAll());
  // What changes before the first notice can come is found by the first comparison.
  out.subscribe();
  return out;
}

Result<std::vector<std::string>> TreeWatch::next(const std::function<bool()>& goOn) {
  using Clock = std::chrono::steady_clock;
  for (;;) {
    FLEETD_TRY_ASSIGN(Snapshot now, lookAtAll());
    std::vector<std::string> changed;
    for (const auto& [path, stamp] : now) {
      const auto before = seen_.find(path);
      if (before == seen_.end() || !(before->second == stamp)) changed.push_back(path);
    }
    for (const auto& [path, stamp] : seen_)
      if (!now.contains(path)) changed.push_back(path);
    seen_ = std::move(now);
    if (!changed.empty()) {
      std::sort(changed.begin(), changed.end());
      subscribe();
      return changed;
    }
    const auto begin = Clock::now();
    const auto waited = [&] { return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin); };
    if (!notices_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kLookAgain));
      if (!goOn()) return changed;
      continue;
    }
    while (!awaitNotice(kAsk))
      if (!goOn()) return changed;
    const auto first = waited();
    while (awaitNotice(kPause) && waited() - first < std::chrono::milliseconds(kLongestWrite)) {
    }
  }
}

}  // namespace fleetd::base
