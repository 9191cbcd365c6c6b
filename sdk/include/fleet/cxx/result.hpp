// fleet/cxx/result.hpp - Result<T>: a value, or an Error that says what is wrong, where and what to do about
// it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "../types.h"

namespace fleet {

// The C++ face of fleet_error_t.
struct Error {
  fleet_status_t status = FLEET_E_UNKNOWN;
  std::string code{};     // stable, the plugin's own: "HELLO01"
  std::string path{};     // option path: "services.hello.port"
  std::string message{};  // one sentence
  std::string hint{};     // what to do about it
  std::uint32_t span = 0;
};

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : data_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : data_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const noexcept { return data_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }
  T& operator*() & { return *std::get_if<0>(&data_); }
  const T& operator*() const& { return *std::get_if<0>(&data_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&data_)); }
  T* operator->() { return std::get_if<0>(&data_); }
  const T* operator->() const { return std::get_if<0>(&data_); }
  const Error& error() const& { return *std::get_if<1>(&data_); }
  Error& error() & { return *std::get_if<1>(&data_); }
  Error&& error() && { return std::move(*std::get_if<1>(&data_)); }

 private:
  std::variant<T, Error> data_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return ok(); }
  const Error& error() const& { return *error_; }
  Error& error() & { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

// Bytes that do not have the documented form.
inline Error malformed(std::string message, std::string path = {}) {
  return Error{FLEET_E_SCHEMA, "FL0310", std::move(path), std::move(message), {}, 0};
}
// Bytes that claim or need more than a limit allows.
inline Error overLimit(std::string message, std::string path = {}) {
  return Error{FLEET_E_LIMIT, "FL0311", std::move(path), std::move(message), {}, 0};
}
// A value that does not fit the type asked for.
inline Error mismatch(std::string message, std::string path = {}) {
  return Error{FLEET_E_SCHEMA, "FL0324", std::move(path), std::move(message), {}, 0};
}
// The same failure, seen from one name further out: "port" inside "web" is about "web.port".
inline Error under(std::string_view name, Error error) {
  error.path = error.path.empty() ? std::string(name) : std::string(name) + "." + error.path;
  return error;
}

}  // namespace fleet

// FLEET_TRY(expr): leaves the enclosing function with the error of a Result. FLEET_TRY_ASSIGN(auto x, expr)
// binds its value.
#define FLEET_CONCAT2_(a, b) a##b
#define FLEET_CONCAT_(a, b) FLEET_CONCAT2_(a, b)
#define FLEET_TRY(...) FLEET_TRY_(FLEET_CONCAT_(fleetTried_, __COUNTER__), __VA_ARGS__)
#define FLEET_TRY_(tmp, ...)                 \
  do {                                       \
    auto tmp = (__VA_ARGS__);                \
    if (!tmp) return std::move(tmp).error(); \
  } while (false)
#define FLEET_TRY_ASSIGN(decl, ...) FLEET_TRY_ASSIGN_(FLEET_CONCAT_(fleetTried_, __COUNTER__), decl, __VA_ARGS__)
#define FLEET_TRY_ASSIGN_(tmp, decl, ...)  \
  auto tmp = (__VA_ARGS__);                \
  if (!tmp) return std::move(tmp).error(); \
  decl = *std::move(tmp)
