// Result<T>: the only way our code reports failure. A value, or an Error with a code, a place and a way out.
#pragma once
#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "kernel/base/codes.hpp"
#include "kernel/base/span.hpp"

namespace fleetd::base {

// One failure. `message` says what is wrong in a sentence without a full stop, `hint` how to get out (may be
// empty).
struct Error {
  Code code = Code::FL0001;
  std::string message;
  std::string hint;
  Span span;
};

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : data_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : data_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return data_.index() == 0; }
  bool ok() const { return data_.index() == 0; }
  T& operator*() & { return std::get<0>(data_); }
  const T& operator*() const& { return std::get<0>(data_); }
  T&& operator*() && { return std::get<0>(std::move(data_)); }
  T* operator->() { return &std::get<0>(data_); }
  const T* operator->() const { return &std::get<0>(data_); }
  T& value() & { return std::get<0>(data_); }
  T&& value() && { return std::get<0>(std::move(data_)); }
  const Error& error() const& { return std::get<1>(data_); }
  Error&& error() && { return std::get<1>(std::move(data_)); }

 private:
  std::variant<T, Error> data_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  explicit operator bool() const { return !error_; }
  bool ok() const { return !error_; }
  const Error& error() const& { return *error_; }
  Error&& error() && { return *std::move(error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace fleetd::base

namespace fleetd {
using base::Error;
using base::Result;
}  // namespace fleetd

#define FLEETD_CONCAT_(a, b) a##b
#define FLEETD_CONCAT(a, b) FLEETD_CONCAT_(a, b)
// FLEETD_TRY(expr): returns the error of a Result expression from the enclosing function.
#define FLEETD_TRY(expr)                                       \
  do {                                                         \
    auto fleetdTried_ = (expr);                                \
    if (!fleetdTried_) return std::move(fleetdTried_).error(); \
  } while (false)
// FLEETD_TRY_ASSIGN(auto x, expr): the same, and binds the value.
#define FLEETD_TRY_ASSIGN(decl, expr) FLEETD_TRY_ASSIGN_(FLEETD_CONCAT(fleetdTried_, __LINE__), decl, expr)
#define FLEETD_TRY_ASSIGN_(tmp, decl, expr) \
  auto tmp = (expr);                        \
  if (!tmp) return std::move(tmp).error();  \
  decl = std::move(tmp).value()
