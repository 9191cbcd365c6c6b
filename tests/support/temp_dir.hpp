// A directory for one test, removed with everything in it.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "kernel/base/file.hpp"

namespace fleetd::test {

class TempDir {
 public:
  TempDir() {
    auto made = base::makeTempDir("fleetd-test");
    EXPECT_TRUE(made.ok());
    if (made) path_ = *made;
  }
  ~TempDir() { EXPECT_TRUE(base::removeTree(path_).ok()); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  // The path of `name` inside, whether it exists or not.
  std::string at(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace fleetd::test
