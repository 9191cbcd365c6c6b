// Regular expressions of builtins.match and split: POSIX extended syntax with the semantics of libstdc++, which is what
// Nix has.
//
// The matcher backtracks with an explicit stack, remembers dead ends, and works against a budget: hostile patterns and
// long texts end in an answer or in Overrun, never in a stack overflow.
#pragma once
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace fleetd::lang {

struct Submatch {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool matched = false;
};

// One compiled pattern; immutable, usable from any thread.
class Regex {
 public:
  enum class Problem : std::uint8_t { Invalid, TooLarge };
  static std::optional<Regex> compile(std::string_view pattern, Problem* problem);

  std::uint32_t groups() const { return groups_; }  // without the whole match

  enum class Op : std::uint8_t { Char, Set, LineBegin, LineEnd, GroupBegin, GroupEnd, Repeat, Run, Either, Accept };
  struct Node {
    Op op = Op::Accept;
    std::uint32_t next = 0;  // Repeat: when done repeating. Either: the second branch
    std::uint32_t alt = 0;   // Repeat: once more. Either: the first branch
    std::uint32_t arg =
        0;  // Char: the byte. Set: index of sets. Group…: the group. Run: the node (Char or Set) it repeats
  };
  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<std::bitset<256>>& sets() const { return sets_; }
  std::uint32_t start() const { return start_; }
  bool hasChoice() const { return hasChoice_; }

 private:
  friend class RegexCompiler;
  Regex() = default;
  std::vector<Node> nodes_;
  std::vector<std::bitset<256>> sets_;
  std::uint32_t start_ = 0;
  std::uint32_t groups_ = 0;
  bool hasChoice_ = false;
};

// Runs one pattern over one text. Not thread-safe. The text must be shorter than 4 GiB.
class Matcher {
 public:
  enum class Result : std::uint8_t { No, Yes, Overrun };
  static constexpr std::uint64_t kSteps = 50'000'000;

  Matcher(const Regex& regex, std::string_view text, std::uint64_t steps = kSteps);

  // The whole text. On Yes, `groups()[0]` is the match and the others follow in the order of their opening parentheses.
  Result matchWhole();
  // The next match of an iteration over all matches, as std::regex_iterator finds them.
  Result next();
  const std::vector<Submatch>& groups() const { return best_; }

 private:
  enum class Mode : std::uint8_t { Whole, Prefix };
  struct Flags {
    bool notEmpty = false;       // an empty match at the beginning does not count
    bool anchored = false;       // only at the beginning
    bool prevAvailable = false;  // `^` does not match at the beginning
  };
  enum class Kind : std::uint8_t {
    AfterRepeat,
    RestoreCount,
    RestoreBegin,
    RestoreGroup,
    RunBack,
    FirstBranch,
    SecondBranch,
    Remember
  };
  struct Frame {
    Kind kind;
    std::uint8_t small;
    std::uint32_t node;
    std::uint32_t a;
    std::uint32_t b;
    std::uint32_t c = 0;
  };
  // Positions at which what follows a run is known to fail; `high` is where the run ended.
  struct DeadEnds {
    std::uint32_t low = 1;
    std::uint32_t high = 0;
  };
  struct Count {
    std::uint32_t at = 0;
    std::uint32_t times = 0;
  };
  static constexpr std::uint32_t kNowhere = 0xffffffff;

  Result search(std::uint32_t begin, Flags flags);
  Result run(std::uint32_t at, Mode mode);
  bool step(Mode mode);       // follows the current path by one node; false: the path ended
  bool backtrack(Mode mode);  // resumes the newest open choice; false: none is left
  void accept(Mode mode);
  bool atBegin() const { return position_ == begin_ && !flags_.prevAvailable; }
  bool test(const Regex::Node& node, char c) const;
  bool push(Frame frame);
  bool repeatOnce(std::uint32_t node);
  bool enterRun(std::uint32_t node);
  // True when the outcome of (node, position) is known from before; then has_ is set to it.
  bool recall(std::uint32_t node);
  void remember(std::uint32_t node, std::uint32_t position, bool outcome);
  std::size_t slotOf(std::uint64_t key) const;
  void growTable();

  const Regex& regex_;
  std::string_view text_;
  std::uint64_t stepsLeft_;
  std::uint32_t begin_ = 0;
  std::uint32_t position_ = 0;
  std::uint32_t node_ = 0;
  Flags flags_;
  bool has_ = false;       // a match was found on the paths of the current choice
  bool finished_ = false;  // no better match is possible
  bool overrun_ = false;
  std::optional<std::uint32_t> bestEnd_;
  std::uint32_t lastLoop_ = kNowhere;  // where the innermost repetition began
  std::vector<Submatch> current_;
  std::vector<Submatch> best_;
  std::vector<Count> counts_;
  std::vector<DeadEnds> dead_;
  std::vector<Frame> stack_;
  std::vector<std::uint64_t> table_;  // open addressing; key << 1 | outcome, 0 is free
  std::size_t tableUsed_ = 0;
  std::uint64_t visits_ = 0;
  bool started_ = false;
  bool done_ = false;
  bool prevAvailable_ = false;  // the iteration has moved on from the beginning of the text
};

}  // namespace fleetd::lang
