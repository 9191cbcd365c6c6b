// Archives that gzip itself opens, and that are cut off where a block ends.
#include "plugins/vars/gzip.hpp"

#include <gtest/gtest.h>

#include "tests/unit/plugins/vars/support.hpp"

namespace fleetd::vars {
namespace {

struct Gzip : ToolTest {};

TEST_F(Gzip, OpensWithTheRealOne) {
  if (!has("gzip")) GTEST_SKIP() << "gzip is not installed";
  for (const std::size_t size : {0U, 1U, 65534U, 65535U, 65536U, 131070U, 200000U}) {
    const std::string plain = contentOf(size);
    const auto packed = gzipStored(age::view(plain));
    ASSERT_TRUE(packed.ok());
    write("x.gz", packed->text());
    ASSERT_TRUE(run("gzip -t x.gz && gzip -dc x.gz > x")) << size;
    EXPECT_EQ(read("x"), plain);
    write("x.gz", packed->text().substr(0, packed->size() - 1));
    EXPECT_FALSE(run("gzip -t x.gz")) << size;
    std::string changed(packed->text());
    changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
    write("x.gz", changed);
    EXPECT_FALSE(run("gzip -t x.gz")) << size;
  }
}

}  // namespace
}  // namespace fleetd::vars
