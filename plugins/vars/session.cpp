// The lock, held by the process.
#include "plugins/vars/session.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "plugins/vars/request.hpp"
#include "plugins/vars/store/disk.hpp"

namespace fleetd::vars {

namespace {

// By fleet: one process may look after several.
struct Held {
  std::mutex mutex;
  std::map<std::string, disk::Lock> locks;
};
Held& held() {
  static Held all;
  return all;
}

bool holds(const std::string& fleet) {
  const std::scoped_lock guard(held().mutex);
  return held().locks.contains(fleet);
}

fleet::Result<void> take(const std::string& fleet) {
  const std::scoped_lock guard(held().mutex);
  if (held().locks.contains(fleet)) return {};
  FLEET_TRY_ASSIGN(auto lock, disk::Lock::take(fleet));
  held().locks.emplace(fleet, std::move(lock));
  return {};
}

void giveBack(const std::string& fleet) {
  const std::scoped_lock guard(held().mutex);
  held().locks.erase(fleet);
}

bool hasCommits(const fleet::Value& answer) {
  const fleet::Value* commits = answer.find("commits");
  const auto* list = commits ? commits->get<fleet::List>() : nullptr;
  return list && !list->empty();
}

}  // namespace

fleet::Result<Session> Session::begin(const std::string& fleet, bool writes) {
  Session out(fleet);
  if (!writes && !isUnfinished(fleet)) return out;
  // Within one process the run before may not be committed yet: nothing of it is left over then.
  const bool mine = holds(fleet);
  if (auto taken = take(fleet); !taken) {
    if (writes) return std::move(taken).error();
    return out;
  }
  if (mine) return out;
  out.live_ = true;
  auto left = recover(fleet);
  // Somebody who only reads can do without, on a disk that cannot be written.
  if (left)
    out.leftover_ = *std::move(left);
  else if (writes)
    return std::move(left).error();
  return out;
}

Session::~Session() {
  if (live_) giveBack(fleet_);
}

fleet::Result<fleet::Value> Session::finish(fleet::Result<fleet::Value> answer) {
  // With an error there is nobody to commit anything: what is in place waits for the next run.
  if (!answer) return answer;
  if (!leftover_.files.empty()) {
    fleet::List files, commits;
    for (const auto& file : leftover_.files) files.push_back(file);
    commits.push_back(fleet::Attrs{{"files", std::move(files)}, {"message", commitMessage(leftover_.messages)}});
    if (const fleet::Value* own = answer->find("commits"); own && own->get<fleet::List>())
      for (const auto& one : *own->get<fleet::List>()) commits.push_back(one);
    fleet::Attrs all;
    if (const auto* attrs = answer->get<fleet::Attrs>()) all = *attrs;
    all.set("commits", std::move(commits));
    all.set("resumed", static_cast<std::int64_t>(leftover_.files.size()));
    answer = fleet::Value(std::move(all));
  }
  if (hasCommits(*answer))
    live_ = false;
  else if (live_ && leftover_.files.empty())
    forget(fleet_);  // what changed is in another store, and git has nothing to do with it
  return answer;
}

fleet::Result<fleet::Value> endSession(const std::string& fleet, const fleet::Value& request) {
  const fleet::Value* committed = request.find("committed");
  const bool* yes = committed ? committed->get<bool>() : nullptr;
  if (yes && *yes && holds(fleet)) forget(fleet);
  giveBack(fleet);
  return fleet::Value(fleet::Attrs{});
}

}  // namespace fleetd::vars
