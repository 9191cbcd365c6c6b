// Database: SQLite with Results and without sqlite3.h in sight.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::state {

// What a column holds: NULL, a number or text.
using Cell = std::variant<std::monostate, std::int64_t, std::string>;
using Row = std::vector<Cell>;

std::int64_t numberOf(const Cell& cell);  // 0 for anything else
std::string textOf(const Cell& cell);     // "" for anything else

// Thread: one at a time. Several processes may have the same file open; a writer waits for another one for some
// seconds.
class Database {
 public:
  // Opens or makes the file (mode 0600) and brings it to the newest form. Error FL0825.
  static Result<Database> open(const std::string& path, const std::vector<std::string_view>& migrations);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  // One statement with its values for `?`. Error FL0825.
  Result<std::vector<Row>> query(std::string_view sql, const Row& values = {});
  std::int64_t lastId() const;

  // What `body` does, as a whole or not at all. With Waiting::No it survives the end of this process, and is on the
  // disk together with what is written next. Error FL0825, or that of `body`.
  enum class Waiting : bool { No, Yes };
  Result<void> together(Waiting waiting, const std::function<Result<void>()>& body);

 private:
  struct Handle;
  explicit Database(std::unique_ptr<Handle> handle);
  Result<void> transaction(const std::function<Result<void>()>& body);
  Result<std::size_t> version();
  Result<void> migrate(const std::vector<std::string_view>& migrations);
  Error failed(std::string_view what) const;

  std::unique_ptr<Handle> handle_;
};

}  // namespace fleetd::state
