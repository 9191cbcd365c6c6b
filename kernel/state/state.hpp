// State: deployments, what each host got, what was built, as remembered on this machine. A record, not a source of
// truth: what a host runs is asked of the host.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/state/database.hpp"

namespace fleetd::state {

struct Deployment {
  std::int64_t id = 0;
  std::int64_t started = 0;  // seconds since 1970
  std::int64_t ended = 0;    // 0: it runs, or was cut off
  std::string who;           // user@machine
  std::string commit;        // of the fleet, with "-dirty"; empty outside of git
  std::string goal;          // "switch", …
};

// What became of one host in one deployment.
struct Outcome {
  std::int64_t deployment = 0;
  std::string klass, host;
  std::string system;    // store path that was to run
  std::string previous;  // what ran before; empty when unknown
  std::string outcome;   // "deployed", "unchanged", "incomplete", "rolled back", "failed", "unknown", "not reached"
  std::string message;
  std::string options;  // JSON of what the fleet defined for it, for `plan` and `diff`; may be empty
  std::int64_t at = 0;
};

enum class Answered : bool { No, Yes };

struct Build {
  std::string fingerprint;
  std::string path;
};

class State {
 public:
  // The state of a fleet below its state directory. Error FL0825.
  static Result<State> open(const std::string& directory);
  // One that is gone with the process.
  static Result<State> inMemory();

  Result<std::int64_t> begin(const Deployment& deployment);
  Result<void> end(std::int64_t id, std::int64_t when);
  // With the time of the contact, where the host answered. One that is "unchanged" is on the disk at the latest with
  // the next write of something else: the host was not touched.
  Result<void> record(const Outcome& outcome, Answered answered);
  // The newest first.
  Result<std::vector<Deployment>> deployments(std::size_t limit);
  Result<std::vector<Outcome>> outcomes(std::int64_t deployment);
  // The last outcome of a host that changed what it runs, if any.
  Result<std::optional<Outcome>> lastDeployed(const std::string& klass, const std::string& host);
  // The last outcome in which this store path was deployed to a host.
  Result<std::optional<Outcome>> deployedAs(const std::string& klass, const std::string& host, const std::string& path);

  Result<std::optional<Build>> built(const std::string& klass, const std::string& host);
  Result<void> recordBuild(const std::string& klass, const std::string& host, const Build& build);

  Result<void> contacted(const std::string& klass, const std::string& host, std::int64_t when);
  Result<std::int64_t> lastContact(const std::string& klass, const std::string& host);  // 0: never

 private:
  explicit State(Database database) : database_(std::move(database)) {}
  Result<void> saveContact(const std::string& klass, const std::string& host, std::int64_t when);
  Result<std::optional<Outcome>> one(std::string_view where, const Row& values);

  Database database_;
};

}  // namespace fleetd::state
