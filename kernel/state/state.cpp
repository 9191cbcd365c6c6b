// The tables and the questions.
#include "kernel/state/state.hpp"

#include <fmt/format.h>

#include "kernel/base/hash.hpp"

namespace fleetd::state {

namespace {

constexpr std::string_view kFirst = R"(
CREATE TABLE deployments (
  id INTEGER PRIMARY KEY, started INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0,
  who TEXT NOT NULL, revision TEXT NOT NULL, goal TEXT NOT NULL);
CREATE TABLE outcomes (
  deployment INTEGER NOT NULL REFERENCES deployments (id), class TEXT NOT NULL, host TEXT NOT NULL,
  system TEXT NOT NULL, previous TEXT NOT NULL, outcome TEXT NOT NULL, message TEXT NOT NULL,
  options TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (deployment, class, host)) WITHOUT ROWID;
CREATE INDEX outcomes_of_host ON outcomes (class, host, at);
CREATE TABLE builds (
  class TEXT NOT NULL, host TEXT NOT NULL, fingerprint TEXT NOT NULL, path TEXT NOT NULL,
  PRIMARY KEY (class, host)) WITHOUT ROWID;
CREATE TABLE contacts (
  class TEXT NOT NULL, host TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (class, host)) WITHOUT ROWID;
)";

constexpr std::string_view kColumns = "deployment, class, host, system, previous, outcome, message, options, at";

// Of a row that says which system a fingerprint stands for: what a damaged file makes of it is not built upon.
std::string sealOf(const std::string& klass, const std::string& host, const Build& build) {
  base::Blake2b hash;
  hash.field("fleetd build").field(klass).field(host).field(build.fingerprint).field(build.path);
  return hash.finish().hex().substr(0, 32);
}

Outcome outcomeOf(const Row& row) {
  return {numberOf(row[0]), textOf(row[1]), textOf(row[2]), textOf(row[3]),  textOf(row[4]),
          textOf(row[5]),   textOf(row[6]), textOf(row[7]), numberOf(row[8])};
}

Result<void> done(const Result<std::vector<Row>>& rows) { return rows ? Result<void>() : Result<void>(rows.error()); }

}  // namespace

Result<State> State::open(const std::string& directory) {
  auto database = Database::open(directory + "/state.db", {kFirst});
  if (!database) return database.error();
  return State(std::move(*database));
}

Result<State> State::inMemory() {
  auto database = Database::open(":memory:", {kFirst});
  if (!database) return database.error();
  return State(std::move(*database));
}

Result<std::int64_t> State::begin(const Deployment& d) {
  auto rows = database_.query("INSERT INTO deployments (started, who, revision, goal) VALUES (?, ?, ?, ?)",
                              {d.started, d.who, d.commit, d.goal});
  if (!rows) return rows.error();
  return database_.lastId();
}

Result<void> State::end(std::int64_t id, std::int64_t when) {
  return done(database_.query("UPDATE deployments SET ended = ? WHERE id = ?", {when, id}));
}

Result<void> State::record(const Outcome& o, Answered answered) {
  const bool touched = o.outcome != "unchanged";
  return database_.together(touched ? Database::Waiting::Yes : Database::Waiting::No, [&]() -> Result<void> {
    FLEETD_TRY(done(database_.query(
        fmt::format("INSERT OR REPLACE INTO outcomes ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", kColumns),
        {o.deployment, o.klass, o.host, o.system, o.previous, o.outcome, o.message, o.options, o.at})));
    return answered == Answered::Yes ? saveContact(o.klass, o.host, o.at) : Result<void>();
  });
}

Result<std::vector<Deployment>> State::deployments(std::size_t limit) {
  auto rows =
      database_.query("SELECT id, started, ended, who, revision, goal FROM deployments ORDER BY id DESC LIMIT ?",
                      {static_cast<std::int64_t>(limit)});
  if (!rows) return rows.error();
  std::vector<Deployment> out;
  for (const Row& row : *rows)
    out.push_back(
        {numberOf(row[0]), numberOf(row[1]), numberOf(row[2]), textOf(row[3]), textOf(row[4]), textOf(row[5])});
  return out;
}

Result<std::vector<Outcome>> State::outcomes(std::int64_t deployment) {
  auto rows = database_.query(
      fmt::format("SELECT {} FROM outcomes WHERE deployment = ? ORDER BY class DESC, host", kColumns), {deployment});
  if (!rows) return rows.error();
  std::vector<Outcome> out;
  for (const Row& row : *rows) out.push_back(outcomeOf(row));
  return out;
}

Result<std::optional<Outcome>> State::one(std::string_view where, const Row& values) {
  auto rows = database_.query(
      fmt::format("SELECT {} FROM outcomes WHERE {} ORDER BY deployment DESC LIMIT 1", kColumns, where), values);
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<Outcome>();
  return std::optional<Outcome>(outcomeOf(rows->front()));
}

Result<std::optional<Outcome>> State::lastDeployed(const std::string& klass, const std::string& host) {
  return one("class = ? AND host = ? AND outcome IN ('deployed', 'unchanged', 'incomplete')", {klass, host});
}

Result<std::optional<Outcome>> State::deployedAs(const std::string& klass, const std::string& host,
                                                 const std::string& path) {
  return one("class = ? AND host = ? AND system = ? AND outcome IN ('deployed', 'unchanged', 'incomplete')", {klass, host, path});
}

Result<std::optional<Build>> State::built(const std::string& klass, const std::string& host) {
  auto rows = database_.query("SELECT fingerprint, path FROM builds WHERE class = ? AND host = ?", {klass, host});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<Build>();
  const std::string sealed = textOf((*rows)[0][0]);
  const auto colon = sealed.find(':');
  if (colon == std::string::npos) return std::optional<Build>();
  Build out{sealed.substr(0, colon), textOf((*rows)[0][1])};
  if (sealed.substr(colon + 1) != sealOf(klass, host, out)) return std::optional<Build>();
  return std::optional<Build>(std::move(out));
}

Result<void> State::recordBuild(const std::string& klass, const std::string& host, const Build& build) {
  return done(database_.query("INSERT OR REPLACE INTO builds (class, host, fingerprint, path) VALUES (?, ?, ?, ?)",
                              {klass, host, build.fingerprint + ":" + sealOf(klass, host, build), build.path}));
}

Result<void> State::contacted(const std::string& klass, const std::string& host, std::int64_t when) {
  return database_.together(Database::Waiting::No, [&] { return saveContact(klass, host, when); });
}

Result<void> State::saveContact(const std::string& klass, const std::string& host, std::int64_t when) {
  return done(
      database_.query("INSERT OR REPLACE INTO contacts (class, host, at) VALUES (?, ?, ?)", {klass, host, when}));
}

Result<std::int64_t> State::lastContact(const std::string& klass, const std::string& host) {
  auto rows = database_.query("SELECT at FROM contacts WHERE class = ? AND host = ?", {klass, host});
  if (!rows) return rows.error();
  return rows->empty() ? 0 : numberOf((*rows)[0][0]);
}

}  // namespace fleetd::state
