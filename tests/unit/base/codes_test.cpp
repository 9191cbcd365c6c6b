// The table of codes is complete and well-formed.
#include "kernel/base/codes.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace fleetd::base {
namespace {

TEST(Codes, EveryEntryIsComplete) {
  std::set<std::string> ids;
  for (const CodeInfo& entry : allCodes()) {
    EXPECT_EQ(entry.id.size(), 6u) << entry.id;
    EXPECT_TRUE(entry.id.starts_with("FL")) << entry.id;
    EXPECT_EQ(entry.id.find_first_not_of("0123456789", 2), std::string_view::npos) << entry.id;
    EXPECT_FALSE(entry.title.empty()) << entry.id;
    EXPECT_FALSE(entry.title.ends_with('.')) << entry.id << ": a title is no sentence";
    EXPECT_TRUE(entry.explanation.ends_with('.')) << entry.id << ": an explanation is made of sentences";
    EXPECT_GE(entry.explanation.size(), 30u) << entry.id << ": say what it means and the way out";
    EXPECT_TRUE(ids.insert(std::string(entry.id)).second) << entry.id << " occurs twice";
    EXPECT_EQ(&info(entry.code), &entry);
  }
}

TEST(Codes, FoundById) {
  EXPECT_EQ(codeFromId("FL0101"), Code::FL0101);
  EXPECT_EQ(codeFromId("fl0002"), Code::FL0002);
  for (const char* bad : {"", "FL", "FL9999", "FL01011", "0101"}) EXPECT_FALSE(codeFromId(bad)) << bad;
}

}  // namespace
}  // namespace fleetd::base
