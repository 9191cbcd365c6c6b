// The arena.
#include "kernel/base/arena.hpp"

#include <gtest/gtest.h>

#include "kernel/base/sanitizer.hpp"

namespace fleetd::base {
namespace {

TEST(Arena, AlignsAndGrows) {
  Arena arena(64);
  for (std::size_t align : {1u, 2u, 8u, 16u, 64u}) {
    void* p = arena.allocate(3, align);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % align, 0u);
  }
  int* numbers = arena.array<int>(10'000);
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(numbers[i], 0);
  EXPECT_EQ(arena.copy(std::string_view("text")), "text");
  EXPECT_GE(arena.bytesReserved(), 40'000u);
}

TEST(Arena, ResetKeepsOneChunk) {
  if (FLEETD_ADDRESS_SANITIZER)
    GTEST_SKIP() << "with the sanitizer none is kept, so that what still points into it is found";
  Arena arena(64);
  for (int i = 0; i < 1000; ++i) arena.allocate(100);
  arena.reset();
  const std::size_t kept = arena.bytesReserved();
  EXPECT_GT(kept, 0u);
  EXPECT_EQ(arena.bytesUsed(), 0u);
  arena.allocate(100);
  EXPECT_EQ(arena.bytesReserved(), kept);
}

TEST(Arena, AMovedFromArenaSharesNothing) {
  Arena a;
  const std::string_view text = a.copy(std::string_view("kept"));
  Arena b(std::move(a));
  // NOLINTNEXTLINE(bugprone-use-after-move): the state after a move is the subject
  a.copy(std::string_view("overwritten?"));
  EXPECT_EQ(text, "kept");
  EXPECT_GT(b.bytesUsed(), 0u);
}

}  // namespace
}  // namespace fleetd::base
