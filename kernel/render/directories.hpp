// Directories: opens files below a root without ever following a symbolic link on the way.
#pragma once
#include <string>
#include <string_view>

#include "kernel/base/fd.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::render {

// Where a path leads: an open directory and the last name in it.
struct Place {
  int directory = -1;  // owned by Directories, valid until its next call
  std::string name;
};

// One thread. Paths are relative, with single slashes and without "." and "..".
class Directories {
 public:
  enum class Missing : unsigned char { Refuse, Create };

  // The root itself may be reached through links. Error FL0002.
  static Result<Directories> open(const std::string& root);

  const std::string& root() const { return root_; }
  int fd() const { return fd_.get(); }
  // The directory of a path. With Create, missing ones are made and anything else in the way is replaced; else a
  // missing or replaced directory gives directory -1. Errors: FL0003.
  Result<Place> find(std::string_view path, Missing missing);

 private:
  Directories(std::string root, UniqueFd fd) : root_(std::move(root)), fd_(std::move(fd)) {}

  std::string root_;
  UniqueFd fd_;
  std::string last_;  // the directory below, as a path; empty: the root
  UniqueFd lastFd_;
};

// "FLxxxx: cannot <what> <path>: <errno>"
Error systemError(base::Code code, std::string_view what, std::string_view path, int number);

}  // namespace fleetd::render
