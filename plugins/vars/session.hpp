// One run that may write: the lock from before anything is read until its files are committed to git, and what an
// earlier run left.
#pragma once
#include <string>

#include <fleet/cxx/result.hpp>
#include <fleet/cxx/value.hpp>

#include "plugins/vars/store/transaction.hpp"

namespace fleetd::vars {

class Session {
 public:
  // Takes the lock of the fleet when something is to be written, or an earlier run left something; whoever only reads
  // goes on without when somebody else holds it. Brings unfinished changes to their end. Errors: VARS63, VARS30,
  // VARS38.
  static fleet::Result<Session> begin(const std::string& fleet, bool writes);
  // The answer with the commits of an earlier run in front. The lock stays while there is something to commit, until
  // the request `done` or the end of the process.
  fleet::Result<fleet::Value> finish(fleet::Result<fleet::Value> answer);

  Session(Session&& other) noexcept
      : fleet_(std::move(other.fleet_)),
        leftover_(std::move(other.leftover_)),
        live_(std::exchange(other.live_, false)) {}
  Session& operator=(Session&&) = delete;
  ~Session();

 private:
  explicit Session(std::string fleet) : fleet_(std::move(fleet)) {}
  std::string fleet_;
  Leftover leftover_;
  bool live_ = false;  // this one took the lock, and gives it back
};

// The request `done`: the files of the last answer are committed (or will not be, with `committed` false: then the next
// run asks for it again). The lock is given back.
fleet::Result<fleet::Value> endSession(const std::string& fleet, const fleet::Value& request);

}  // namespace fleetd::vars
