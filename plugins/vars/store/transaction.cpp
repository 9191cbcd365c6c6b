// Staging, the journal, putting in place, taking back.
#include "plugins/vars/store/transaction.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/vars/store/disk.hpp"
#include "plugins/vars/store/pending.hpp"

namespace fleetd::vars {

namespace {

using disk::failed;

fleet::Result<void> stageFile(const std::string& path, std::string_view content, bool synced) {
  ::unlink(path.c_str());
  const disk::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (file.get() < 0) return failed("write", path, errno);
  FLEET_TRY(disk::writeAll(file.get(), content, path));
  return synced ? disk::sync(file.get(), path) : fleet::Result<void>();
}

fleet::Result<void> stageLink(const std::string& path, const std::string& target) {
  ::unlink(path.c_str());
  return ::symlink(target.c_str(), path.c_str()) == 0 ? fleet::Result<void>()
                                                      : fleet::Result<void>(failed("link", path, errno));
}

}  // namespace

void Transaction::write(std::string path, std::string content) {
  bytes_ += content.size();
  changes_.push_back({{ChangeKind::Put, std::move(path)}, std::move(content), false});
}

void Transaction::link(std::string path, std::string target) {
  const auto parent = std::filesystem::path(path).parent_path();
  std::string relative = std::filesystem::path(target).lexically_relative(parent).string();
  changes_.push_back({{ChangeKind::Put, std::move(path)}, std::move(relative), true});
}

void Transaction::remove(std::string path) { changes_.push_back({{ChangeKind::Remove, std::move(path)}, {}, false}); }

void Transaction::shrink(std::size_t size) {
  for (std::size_t i = size; i < changes_.size(); ++i)
    if (!changes_[i].isLink) bytes_ -= changes_[i].content.size();
  changes_.resize(std::min(size, changes_.size()));
}

// Whether the change would change nothing.
bool Transaction::isThere(const Staged& staged) const {
  const std::string path = fleet_ + "/" + staged.change.path;
  if (staged.change.kind == ChangeKind::Remove) return !disk::exists(path);
  std::error_code code;
  if (staged.isLink) return std::filesystem::read_symlink(path, code).string() == staged.content && !code;
  struct stat info;
  if (::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) ||
      static_cast<std::size_t>(info.st_size) != staged.content.size())
    return false;
  const auto text = disk::read(path);
  return text && *text == staged.content;
}

fleet::Result<std::vector<std::string>> Transaction::commit(const std::string& message) {
  std::vector<Staged> all = std::exchange(changes_, {});
  bytes_ = 0;
  // What comes twice may depend on its order, so only a path that comes once can be left out.
  std::multiset<std::string> often;
  for (const Staged& staged : all) often.insert(staged.change.path);
  std::erase_if(all, [&](const Staged& staged) { return often.count(staged.change.path) == 1 && isThere(staged); });
  std::vector<std::string> paths;
  Journal journal{message, {}};
  for (Staged& staged : all) {
    if (!isStorePath(staged.change.path))
      return fleet::Error{
          FLEET_E_INVALID_ARGUMENT, "VARS38", {}, "`" + staged.change.path + "` is no file of the store", {}, 0};
    paths.push_back(staged.change.path);
    journal.changes.push_back(staged.change);
  }
  if (all.empty()) return paths;

  Pending pending(fleet_);
  FLEET_TRY(pending.open());
  if (pending.isBound()) FLEET_TRY(pending.redo());
  // Beyond a few files one sync of everything is faster than one of each.
  const bool each = !pending.syncsAll(all.size());
  fleet::Result<void> staged;
  for (std::size_t i = 0; i < all.size() && staged; ++i) {
    if (all[i].change.kind == ChangeKind::Remove) continue;
    staged =
        all[i].isLink ? stageLink(pending.newOf(i), all[i].content) : stageFile(pending.newOf(i), all[i].content, each);
    all[i].content.clear();
    all[i].content.shrink_to_fit();
  }
  if (staged && !each) staged = pending.syncAll();
  if (staged) staged = pending.bind(journal);
  if (!staged) {
    // A journal that cannot be taken away again is binding.
    if (pending.isBound()) return pending.isKept(std::move(staged).error());
    pending.discard(journal);
    return std::move(staged).error();
  }
  FLEET_TRY(pending.apply(journal));
  return paths;
}

bool isForGit(const std::string& path) { return path != kPassRecord; }

bool isUnfinished(const std::string& fleet) { return disk::exists(fleet + "/" + kPendingName); }

fleet::Result<Leftover> recover(const std::string& fleet) {
  Leftover out;
  if (!isUnfinished(fleet)) return out;
  Pending pending(fleet);
  FLEET_TRY(pending.open());
  FLEET_TRY(pending.redo());
  FLEET_TRY_ASSIGN(const auto applied, pending.applied());
  for (const Journal& journal : applied) {
    if (std::find(out.messages.begin(), out.messages.end(), journal.message) == out.messages.end())
      out.messages.push_back(journal.message);
    for (const Change& change : journal.changes)
      if (isForGit(change.path)) out.files.push_back(change.path);
  }
  if (out.files.empty()) {
    out.messages.clear();
    pending.close();
  }
  return out;
}

void forget(const std::string& fleet) {
  if (!isUnfinished(fleet)) return;
  Pending pending(fleet);
  if (pending.open()) pending.close();
}

}  // namespace fleetd::vars
