// One step after the other, each of which can be repeated.
#include "plugins/vars/store/pending.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/vars/store/disk.hpp"

namespace fleetd::vars {

namespace {

using disk::failed;
constexpr std::size_t kFewFiles = 16;
#ifdef __linux__
constexpr bool kSyncsWhole = true;
#else
constexpr bool kSyncsWhole = false;  // elsewhere nothing waits for a whole file system
#endif

std::string parentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

fleet::Error isLinked(const std::string& path) {
  return {FLEET_E_STATE,
          "VARS39",
          {},
          path + " is no directory, or a link to one",
          "values are not written through links; put a directory there",
          0};
}

// Whether there is a directory itself, and not a link to one. Errors: VARS39 for everything else.
fleet::Result<bool> isOwnDirectory(const std::string& path) {
  struct stat info;
  if (::lstat(path.c_str(), &info) != 0)
    return errno == ENOENT ? fleet::Result<bool>(false) : fleet::Result<bool>(failed("read", path, errno));
  if (!S_ISDIR(info.st_mode)) return isLinked(path);
  return true;
}

bool isOurs(const std::string& name) {
  return name == "journal" || name == "journal.new" || name.starts_with("new-") || name.starts_with("old-") ||
         name.starts_with("applied-");
}

void removeTree(const std::string& path) {
  std::error_code code;
  std::filesystem::remove_all(path, code);
}

}  // namespace

fleet::Result<void> Pending::open() {
  FLEET_TRY_ASSIGN(const bool there, isOwnDirectory(directory_));
  if (there) return {};
  if (::mkdir(directory_.c_str(), 0700) != 0) return failed("create", directory_, errno);
  return disk::syncDirectory(fleet_);
}

void Pending::close() {
  if (const auto names = disk::namesIn(directory_))
    for (const auto& name : *names)
      if (name.starts_with("applied-")) removeTree(directory_ + "/" + name);
  ::rmdir(directory_.c_str());
}

bool Pending::syncsAll(std::size_t count) const { return kSyncsWhole && count > kFewFiles; }

fleet::Result<void> Pending::syncAll() const {
#ifdef __linux__
  const disk::Fd fd(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return failed("open", directory_, errno);
  if (::syncfs(fd.get()) != 0) return failed("write", directory_, errno);
#endif
  return {};
}

bool Pending::isBound() const { return disk::exists(journalFile()); }

fleet::Result<void> Pending::bind(const Journal& journal) {
  const std::string temporary = journalFile() + ".new";
  ::unlink(temporary.c_str());
  {
    const disk::Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.get() < 0) return failed("write", temporary, errno);
    FLEET_TRY(disk::writeAll(file.get(), writeJournal(journal), temporary));
    FLEET_TRY(disk::sync(file.get(), temporary));
  }
  // What is staged has its names on the disk before the journal has its own.
  FLEET_TRY(disk::syncDirectory(directory_));
  if (::rename(temporary.c_str(), journalFile().c_str()) != 0) return failed("write", journalFile(), errno);
  if (auto synced = disk::syncDirectory(directory_); !synced) {
    ::unlink(journalFile().c_str());
    return synced;
  }
  return {};
}

void Pending::discard(const Journal& journal) {
  ::unlink((journalFile() + ".new").c_str());
  for (std::size_t i = 0; i < journal.changes.size(); ++i) ::unlink(newOf(i).c_str());
  ::rmdir(directory_.c_str());
}

// The directories above a file of the store, none of them a link. The path of the file.
fleet::Result<std::string> Pending::makeParents(const std::string& path) {
  std::string at = fleet_;
  for (std::size_t begin = 0;;) {
    const std::size_t end = path.find('/', begin);
    if (end == std::string::npos) return at + "/" + path.substr(begin);
    at += "/" + path.substr(begin, end - begin);
    begin = end + 1;
    FLEET_TRY_ASSIGN(const bool there, isOwnDirectory(at));
    if (there) continue;
    if (::mkdir(at.c_str(), 0755) != 0) return failed("create", at, errno);
    made_.push_back(at);
  }
}

fleet::Result<void> Pending::put(std::size_t number, const std::string& path) {
  FLEET_TRY_ASSIGN(const std::string whole, makeParents(path));
  ::unlink(oldOf(number).c_str());
  // A second name for what is replaced; it fails when there is nothing, or where files have one name only.
  const bool hasWayBack = ::linkat(AT_FDCWD, whole.c_str(), AT_FDCWD, oldOf(number).c_str(), 0) == 0 || errno == ENOENT;
  if (::rename(newOf(number).c_str(), whole.c_str()) != 0) return failed("write", whole, errno);
  canTakeBack_ = canTakeBack_ && hasWayBack;
  return {};
}

fleet::Result<void> Pending::take(std::size_t number, const std::string& path) {
  const std::string whole = fleet_ + "/" + path;
  if (!disk::exists(whole)) return {};
  FLEET_TRY(makeParents(path));
  removeTree(oldOf(number));
  return ::rename(whole.c_str(), oldOf(number).c_str()) == 0 ? fleet::Result<void>()
                                                             : fleet::Result<void>(failed("remove", whole, errno));
}

// `done` counts those that have happened. Again: some may have happened before.
fleet::Result<void> Pending::changeAll(const Journal& journal, bool again, std::size_t& done) {
  for (done = 0; done < journal.changes.size(); ++done) {
    const Change& change = journal.changes[done];
    if (change.kind == ChangeKind::Remove) {
      FLEET_TRY(take(done, change.path));
    } else if (!again || disk::exists(newOf(done))) {
      FLEET_TRY(put(done, change.path));
    }
  }
  return syncDirectories(journal);
}

fleet::Result<void> Pending::syncDirectories(const Journal& journal) {
  std::set<std::string> directories;
  for (const auto& directory : made_) directories.insert(parentOf(directory));
  for (const Change& change : journal.changes) directories.insert(parentOf(fleet_ + "/" + change.path));
  if (syncsAll(directories.size())) return syncAll();
  for (const auto& directory : directories)
    if (disk::exists(directory)) FLEET_TRY(disk::syncDirectory(directory));
  return {};
}

// Everything as it was, from the last to the first. At every instant each path holds the new or the old, and each new
// file is in place or staged, so that the journal still holds.
bool Pending::takeBack(const Journal& journal, std::size_t done) {
  if (!canTakeBack_) return false;
  for (std::size_t i = done; i-- > 0;) {
    const std::string whole = fleet_ + "/" + journal.changes[i].path;
    const bool hasOld = disk::exists(oldOf(i));
    if (journal.changes[i].kind == ChangeKind::Remove) {
      if (hasOld && ::rename(oldOf(i).c_str(), whole.c_str()) != 0) return false;
      continue;
    }
    if (!hasOld) {
      if (::rename(whole.c_str(), newOf(i).c_str()) != 0) return false;
      continue;
    }
    if (::linkat(AT_FDCWD, whole.c_str(), AT_FDCWD, newOf(i).c_str(), 0) != 0 ||
        ::rename(oldOf(i).c_str(), whole.c_str()) != 0)
      return false;
  }
  for (std::size_t i = made_.size(); i-- > 0;) ::rmdir(made_[i].c_str());
  if (::unlink(journalFile().c_str()) != 0) return false;
  return static_cast<bool>(disk::syncDirectory(directory_));
}

// The journal of what is in place is kept for the commit.
fleet::Result<void> Pending::settle(const Journal& journal) {
  FLEET_TRY_ASSIGN(const auto names, disk::namesIn(directory_));
  const std::set<std::string> taken(names.begin(), names.end());
  std::size_t number = 0;
  while (taken.contains("applied-" + std::to_string(number))) ++number;
  const std::string kept = directory_ + "/applied-" + std::to_string(number);
  if (::rename(journalFile().c_str(), kept.c_str()) != 0) return failed("write", kept, errno);
  for (std::size_t i = 0; i < journal.changes.size(); ++i)
    if (taken.contains("old-" + std::to_string(i))) removeTree(oldOf(i));
  return {};
}

fleet::Result<void> Pending::apply(const Journal& journal) {
  std::size_t done = 0;
  auto changed = changeAll(journal, false, done);
  if (changed) changed = settle(journal);
  if (changed) return {};
  fleet::Error error = std::move(changed).error();
  if (takeBack(journal, done)) {
    discard(journal);
    for (std::size_t i = 0; i < journal.changes.size(); ++i) removeTree(oldOf(i));
    ::rmdir(directory_.c_str());
    return error;
  }
  return isKept(std::move(error));
}

fleet::Error Pending::isKept(fleet::Error error) const {
  error.message += "; the change is kept in " + directory_ + ", and the next run brings it to its end";
  return error;
}

fleet::Result<void> Pending::redo() {
  FLEET_TRY_ASSIGN(auto names, disk::namesIn(directory_));
  if (isBound()) {
    FLEET_TRY_ASSIGN(const auto text, disk::read(journalFile()));
    auto journal = readJournal(text);
    if (!journal) {
      fleet::Error error = std::move(journal).error();
      error.message = journalFile() + ": " + error.message;
      error.hint = "look at what `git status` shows, then remove " + directory_;
      return error;
    }
    std::size_t done = 0;
    FLEET_TRY(changeAll(*journal, true, done));
    FLEET_TRY(settle(*journal));
  }
  for (const auto& name : names)
    if (isOurs(name) && name != "journal" && !name.starts_with("applied-")) removeTree(directory_ + "/" + name);
  return {};
}

fleet::Result<std::vector<Journal>> Pending::applied() const {
  std::vector<Journal> out;
  FLEET_TRY_ASSIGN(const auto names, disk::namesIn(directory_));
  for (const auto& name : names) {
    if (!name.starts_with("applied-")) continue;
    FLEET_TRY_ASSIGN(const auto text, disk::read(directory_ + "/" + name));
    // It only says what to commit: what cannot be read is no loss of values.
    if (auto journal = readJournal(text)) out.push_back(*std::move(journal));
  }
  return out;
}

}  // namespace fleetd::vars
