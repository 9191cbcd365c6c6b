// Statements, values and migrations.
#include "kernel/state/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <fmt/format.h>

#include "kernel/base/fd.hpp"

namespace fleetd::state {

using base::Code;

struct Database::Handle {
  sqlite3* db = nullptr;
  std::string path;
  ~Handle() { sqlite3_close_v2(db); }
};

std::int64_t numberOf(const Cell& cell) {
  const auto* number = std::get_if<std::int64_t>(&cell);
  return number ? *number : 0;
}
std::string textOf(const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text ? *text : std::string();
}

Database::Database(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Error Database::failed(std::string_view what) const {
  std::string_view hint;
  switch (sqlite3_errcode(handle_->db)) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      hint = "it holds a record of what was done, nothing that cannot be lost: move it away to start anew";
      break;
    case SQLITE_BUSY: hint = "another fleetd writes to it"; break;
    case SQLITE_FULL:
    case SQLITE_IOERR: hint = "look whether the disk is full, or failing"; break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH: hint = "its directory must be writable; XDG_STATE_HOME names another place"; break;
    default: break;
  }
  return {
      Code::FL0825, fmt::format("{}: {}: {}", handle_->path, what, sqlite3_errmsg(handle_->db)), std::string(hint), {}};
}

Result<Database> Database::open(const std::string& path, const std::vector<std::string_view>& migrations) {
  // SQLite would make it with the umask's mode.
  if (path != ":memory:") base::UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  auto handle = std::make_unique<Handle>();
  handle->path = path;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &handle->db, flags, nullptr);
  Database out(std::move(handle));
  if (code != SQLITE_OK) return out.failed("cannot be opened");
  sqlite3_busy_timeout(out.handle_->db, 10'000);
  if (auto wal = out.query("PRAGMA journal_mode = WAL"); !wal) return wal.error();
  if (auto full = out.query("PRAGMA synchronous = FULL"); !full) return full.error();
  FLEETD_TRY(out.migrate(migrations));
  return out;
}

Result<void> Database::together(Waiting waiting, const std::function<Result<void>()>& body) {
  const bool waits = waiting == Waiting::Yes;
  if (!waits) static_cast<void>(query("PRAGMA synchronous = NORMAL"));
  Result<void> out = transaction(body);
  if (!waits) static_cast<void>(query("PRAGMA synchronous = FULL"));
  return out;
}

Result<void> Database::transaction(const std::function<Result<void>()>& body) {
  if (auto begun = query("BEGIN IMMEDIATE"); !begun) return begun.error();
  Result<void> out = body();
  if (out) {
    const auto done = query("COMMIT");
    if (done) return out;
    out = done.error();
  }
  static_cast<void>(query("ROLLBACK"));
  return out;
}

Result<std::size_t> Database::version() {
  auto rows = query("PRAGMA user_version");
  if (!rows) return rows.error();
  return rows->empty() ? 0 : static_cast<std::size_t>(numberOf((*rows)[0][0]));
}

Result<void> Database::migrate(const std::vector<std::string_view>& migrations) {
  // Most of the time nothing is to be written, and nobody to be waited for.
  FLEETD_TRY_ASSIGN(const std::size_t before, version());
  if (before == migrations.size()) return {};
  return transaction([&]() -> Result<void> {
    FLEETD_TRY_ASSIGN(const std::size_t now, version());
    if (now > migrations.size())
      return Error{Code::FL0825, fmt::format("{} was written by a newer fleetd", handle_->path), "use that one", {}};
    for (std::size_t i = now; i < migrations.size(); ++i)
      if (sqlite3_exec(handle_->db, std::string(migrations[i]).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return failed("cannot be brought to the newest form");
    auto set = query(fmt::format("PRAGMA user_version = {}", migrations.size()));
    return set ? Result<void>() : Result<void>(set.error());
  });
}

Result<std::vector<Row>> Database::query(std::string_view sql, const Row& values) {
  sqlite3_stmt* made = nullptr;
  if (sqlite3_prepare_v2(handle_->db, sql.data(), static_cast<int>(sql.size()), &made, nullptr) != SQLITE_OK)
    return failed("cannot be read");
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(made, sqlite3_finalize);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int at = static_cast<int>(i) + 1;
    if (const auto* number = std::get_if<std::int64_t>(&values[i]))
      sqlite3_bind_int64(made, at, *number);
    else if (const auto* text = std::get_if<std::string>(&values[i]))
      sqlite3_bind_text64(made, at, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    else
      sqlite3_bind_null(made, at);
  }
  std::vector<Row> out;
  for (;;) {
    const int step = sqlite3_step(made);
    if (step == SQLITE_DONE) return out;
    if (step != SQLITE_ROW) return failed("cannot be read or written");
    Row row;
    for (int i = 0; i < sqlite3_column_count(made); ++i) {
      const int type = sqlite3_column_type(made, i);
      if (type == SQLITE_NULL)
        row.emplace_back();
      else if (type == SQLITE_INTEGER)
        row.emplace_back(static_cast<std::int64_t>(sqlite3_column_int64(made, i)));
      else
        row.emplace_back(std::string(reinterpret_cast<const char*>(sqlite3_column_text(made, i)),
                                     static_cast<std::size_t>(sqlite3_column_bytes(made, i))));
    }
    out.push_back(std::move(row));
  }
}

std::int64_t Database::lastId() const { return sqlite3_last_insert_rowid(handle_->db); }

}  // namespace fleetd::state
