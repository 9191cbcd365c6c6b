// Pieces of work over several processes: each claimed once, and everybody knows by whom.
#include "kernel/process/claims.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <vector>

namespace fleetd::process {
namespace {

TEST(Claims, InOrderUntilThereAreNoMore) {
  auto claims = Claims::make(3);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->ownerOf(0), Claims::kNobody);
  EXPECT_EQ(claims->next(7), 0u);
  EXPECT_EQ(claims->next(8), 1u);
  EXPECT_EQ(claims->ownerOf(0), 7u);
  EXPECT_EQ(claims->ownerOf(1), 8u);
  EXPECT_EQ(claims->ownerOf(2), Claims::kNobody);
  EXPECT_EQ(claims->next(7), 2u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(claims->next(7), std::nullopt);
  EXPECT_EQ(Claims::make(0)->next(1), std::nullopt);
}

TEST(Claims, ProcessesShareThem) {
  constexpr std::size_t kPieces = 100'000;
  auto claims = Claims::make(kPieces);
  ASSERT_TRUE(claims);
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  std::vector<std::size_t> mine;
  const std::uint32_t who = pid == 0 ? 1 : 2;
  while (const auto piece = claims->next(who)) mine.push_back(*piece);
  if (pid == 0) ::_exit(0);
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  std::size_t here = 0, there = 0;
  for (std::size_t i = 0; i < kPieces; ++i) {
    here += claims->ownerOf(i) == 2;
    there += claims->ownerOf(i) == 1;
  }
  EXPECT_EQ(here, mine.size());
  EXPECT_EQ(here + there, kPieces);
}

}  // namespace
}  // namespace fleetd::process
