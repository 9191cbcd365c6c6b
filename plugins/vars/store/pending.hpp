// The directory of what is not finished, <fleet>/.fleetd-pending:
//   new-<number>      what a change puts in place
//   old-<number>      what it replaced, until all are done
//   journal           the changes, once they are binding
//   applied-<number>  journals whose changes are in place and not committed to git
#pragma once
#include <string>
#include <vector>

#include "plugins/vars/store/journal.hpp"

namespace fleetd::vars {

inline constexpr const char* kPendingName = ".fleetd-pending";

class Pending {
 public:
  explicit Pending(std::string fleet) : fleet_(std::move(fleet)), directory_(fleet_ + "/" + kPendingName) {}

  // Makes it when it is missing. Errors: VARS30, VARS39 when it is no directory.
  fleet::Result<void> open();
  // Removes what is applied, and the directory when nothing is left.
  void close();

  std::string newOf(std::size_t number) const { return directory_ + "/new-" + std::to_string(number); }

  // Whether so many files are better synced with syncAll().
  bool syncsAll(std::size_t count) const;
  fleet::Result<void> syncAll() const;

  // Whether there is a journal whose changes are not all in place.
  bool isBound() const;
  // The journal is on the disk: from here on the changes happen, now or in the next run.
  fleet::Result<void> bind(const Journal& journal);
  // The error, saying that the next run goes on.
  fleet::Error isKept(fleet::Error error) const;
  // Forgets what was staged and is not binding.
  void discard(const Journal& journal);
  // Puts everything in place. After an error all is taken back; where that fails, too, the journal stays.
  fleet::Result<void> apply(const Journal& journal);
  // The same for what an earlier run left; what it staged without a journal is removed.
  fleet::Result<void> redo();

  // Journals whose changes are not committed.
  fleet::Result<std::vector<Journal>> applied() const;

 private:
  std::string oldOf(std::size_t number) const { return directory_ + "/old-" + std::to_string(number); }
  std::string journalFile() const { return directory_ + "/journal"; }
  fleet::Result<std::string> makeParents(const std::string& path);
  fleet::Result<void> put(std::size_t number, const std::string& path);
  fleet::Result<void> take(std::size_t number, const std::string& path);
  fleet::Result<void> changeAll(const Journal& journal, bool again, std::size_t& done);
  bool takeBack(const Journal& journal, std::size_t done);
  fleet::Result<void> syncDirectories(const Journal& journal);
  fleet::Result<void> settle(const Journal& journal);

  std::string fleet_, directory_;
  bool canTakeBack_ = true;        // false: something was replaced that had no second name
  std::vector<std::string> made_;  // directories, in the order they were made
};

}  // namespace fleetd::vars
