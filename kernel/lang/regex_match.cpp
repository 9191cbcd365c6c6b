// Runs compiled regular expressions: depth-first over choices kept on an explicit stack.
//
// The order of exploration is that of libstdc++'s executor for POSIX grammars: a repetition first goes on and stops
// only when that found nothing; of alternatives both are tried and the longest match stays, the first of equally long
// ones.
#include "kernel/lang/regex.hpp"

#include <algorithm>

namespace fleetd::lang {

namespace {
constexpr std::size_t kMaxFrames = 4u << 20;      // 64 MiB
constexpr std::uint64_t kRememberAfter = 20'000;  // node visits; most matches end long before
constexpr std::size_t kMaxRemembered = 4u << 20;
}  // namespace

Matcher::Matcher(const Regex& regex, std::string_view text, std::uint64_t steps)
    : regex_(regex),
      text_(text),
      stepsLeft_(steps),
      current_(regex.groups() + 1),
      best_(regex.groups() + 1),
      counts_(regex.nodes().size()),
      dead_(regex.nodes().size()) {}

bool Matcher::test(const Regex::Node& node, char c) const {
  const auto byte = static_cast<unsigned char>(c);
  return node.op == Regex::Op::Char ? node.arg == byte : regex_.sets()[node.arg].test(byte);
}

bool Matcher::push(Frame frame) {
  if (stack_.size() >= kMaxFrames) {
    overrun_ = true;
    return false;
  }
  stack_.push_back(frame);
  return true;
}

void Matcher::accept(Mode mode) {
  has_ = mode == Mode::Whole ? position_ == text_.size() : true;
  if (position_ == begin_ && flags_.notEmpty) has_ = false;
  if (!has_ || (bestEnd_ && *bestEnd_ >= position_)) return;
  bestEnd_ = position_;
  best_ = current_;
  // Nothing later can be longer, or there is no choice that could lead to something longer.
  finished_ = position_ == text_.size() || !regex_.hasChoice();
}

// One more iteration of a repetition, unless it has been entered twice at this place without getting on.
bool Matcher::repeatOnce(std::uint32_t node) {
  Count& count = counts_[node];
  if (count.times != 0 && count.at == position_) {
    if (count.times >= 2) return false;
    if (!push({Kind::RestoreCount, static_cast<std::uint8_t>(count.times), node, count.at, lastLoop_})) return false;
    ++count.times;
  } else {
    if (!push({Kind::RestoreCount, static_cast<std::uint8_t>(count.times), node, count.at, lastLoop_})) return false;
    count = {position_, 1};
  }
  lastLoop_ = position_;
  node_ = regex_.nodes()[node].alt;
  return true;
}

// Goes to the far end of a run, or to the farthest place from which the rest is not known to fail. False: it fails
// everywhere.
bool Matcher::enterRun(std::uint32_t node) {
  const Regex::Node& single = regex_.nodes()[regex_.nodes()[node].arg];
  const DeadEnds& dead = dead_[node];
  std::uint32_t end = position_;
  if (dead.low <= position_ && position_ <= dead.high) {
    end = dead.high;
  } else {
    while (end < text_.size() && test(single, text_[end])) ++end;
    visits_ += (end - position_) / 16;
  }
  std::uint32_t last = end;
  if (dead.low <= dead.high && dead.high == end) {
    last = std::max(dead.low - 1, position_);
    // Without a byte consumed, what follows may also depend on a repetition that began here.
    if (dead.low <= position_ && lastLoop_ != position_) return false;
  }
  if (last > position_ && !push({Kind::RunBack, 0, node, position_, last, end})) return false;
  position_ = last;
  return true;
}

bool Matcher::step(Mode mode) {
  const Regex::Node& node = regex_.nodes()[node_];
  switch (node.op) {
    case Regex::Op::Char:
    case Regex::Op::Set:
      if (position_ >= text_.size() || !test(node, text_[position_])) return false;
      ++position_;
      break;
    case Regex::Op::LineBegin:
      if (!atBegin()) return false;
      break;
    case Regex::Op::LineEnd:
      if (position_ != text_.size()) return false;
      break;
    case Regex::Op::GroupBegin:
      if (!push({Kind::RestoreBegin, 0, node.arg, current_[node.arg].begin, 0})) return false;
      current_[node.arg].begin = position_;
      break;
    case Regex::Op::GroupEnd: {
      Submatch& group = current_[node.arg];
      if (!push({Kind::RestoreGroup, group.matched, node.arg, group.begin, group.end})) return false;
      group.end = position_;
      group.matched = true;
      break;
    }
    case Regex::Op::Repeat:
      if (recall(node_)) return false;
      if (!push({Kind::AfterRepeat, 0, node_, position_, 0})) return false;
      return repeatOnce(node_);
    case Regex::Op::Run:
      if (recall(node_) || !enterRun(node_)) return false;
      break;
    case Regex::Op::Either: {
      if (recall(node_)) return false;
      if (!push({Kind::FirstBranch, 0, node_, position_, 0})) return false;
      node_ = node.alt;
      return true;
    }
    case Regex::Op::Accept: accept(mode); return false;
  }
  node_ = node.next;
  return true;
}

bool Matcher::backtrack(Mode) {
  while (!stack_.empty() && !finished_ && !overrun_) {
    const Frame frame = stack_.back();
    stack_.pop_back();
    switch (frame.kind) {
      case Kind::RestoreCount:
        counts_[frame.node] = {frame.a, frame.small};
        lastLoop_ = frame.b;
        break;
      case Kind::RestoreBegin: current_[frame.node].begin = frame.a; break;
      case Kind::RestoreGroup: current_[frame.node] = {frame.a, frame.b, frame.small != 0}; break;
      case Kind::AfterRepeat:
        if (has_) break;
        position_ = frame.a;
        node_ = regex_.nodes()[frame.node].next;
        return true;
      case Kind::RunBack:
        if (has_) break;
        if (frame.b - 1 > frame.a)
          push({Kind::RunBack, 0, frame.node, frame.a, frame.b - 1, frame.c});
        else
          dead_[frame.node] = {frame.a + 1, frame.c};
        position_ = frame.b - 1;
        node_ = regex_.nodes()[frame.node].next;
        return true;
      case Kind::FirstBranch:
        if (!push({Kind::SecondBranch, has_, frame.node, 0, 0})) return false;
        has_ = false;
        position_ = frame.a;
        node_ = regex_.nodes()[frame.node].next;
        return true;
      case Kind::SecondBranch: has_ = has_ || frame.small != 0; break;
      case Kind::Remember: remember(frame.node, frame.a, has_); break;
    }
  }
  return false;
}

Matcher::Result Matcher::run(std::uint32_t at, Mode mode) {
  position_ = at;
  node_ = regex_.start();
  has_ = finished_ = false;
  bestEnd_.reset();
  lastLoop_ = kNowhere;
  if (!stack_.empty()) {  // the last run stopped early; one that failed has undone everything
    std::fill(current_.begin(), current_.end(), Submatch{});
    std::fill(counts_.begin(), counts_.end(), Count{});
    stack_.clear();
  }
  for (;;) {
    if (++visits_ > stepsLeft_) overrun_ = true;
    if (overrun_) return Result::Overrun;
    if (step(mode)) continue;
    if (!backtrack(mode)) break;
  }
  if (overrun_) return Result::Overrun;
  return bestEnd_ ? Result::Yes : Result::No;
}

Matcher::Result Matcher::matchWhole() {
  flags_ = {};
  begin_ = 0;
  return run(0, Mode::Whole);
}

Matcher::Result Matcher::search(std::uint32_t begin, Flags flags) {
  flags_ = flags;
  table_.clear();
  tableUsed_ = 0;
  const auto end = static_cast<std::uint32_t>(text_.size());
  for (begin_ = begin;; ++begin_) {
    const Result result = run(begin_, Mode::Prefix);
    if (result != Result::No || flags.anchored || begin_ >= end) return result;
    flags_.prevAvailable = true;
  }
}

Matcher::Result Matcher::next() {
  if (done_) return Result::No;
  Result result = Result::No;
  if (!started_) {
    started_ = true;
    result = search(0, {});
  } else {
    std::uint32_t from = best_[0].end;
    if (best_[0].begin == best_[0].end) {
      if (from == text_.size()) {
        done_ = true;
        return Result::No;
      }
      result = search(from, {true, true, prevAvailable_});
      if (result != Result::No) return result;
      ++from;
    }
    prevAvailable_ = true;
    result = search(from, {false, false, true});
  }
  done_ = result == Result::No;
  return result;
}

// What is reached from a node depends on the node and the position alone, unless a repetition began right here without
// getting on. A second visit can only find matches of the lengths the first one found, so its outcome is all that is
// needed.
bool Matcher::recall(std::uint32_t node) {
  if (visits_ < kRememberAfter || lastLoop_ == position_) return false;
  if (!table_.empty()) {
    const std::uint64_t key = (std::uint64_t{node} << 32 | position_) + 1;
    const std::uint64_t found = table_[slotOf(key)];
    if (found != 0) {
      has_ = (found & 1) != 0;
      return true;
    }
  }
  push({Kind::Remember, 0, node, position_, 0});
  return false;
}

void Matcher::remember(std::uint32_t node, std::uint32_t position, bool outcome) {
  if (tableUsed_ >= kMaxRemembered) return;
  if ((tableUsed_ + 1) * 2 > table_.size()) growTable();
  const std::uint64_t key = (std::uint64_t{node} << 32 | position) + 1;
  std::uint64_t& slot = table_[slotOf(key)];
  if (slot == 0) ++tableUsed_;
  slot = key << 1 | (outcome ? 1 : 0);
}

std::size_t Matcher::slotOf(std::uint64_t key) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t i = static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ull) >> 20) & mask;
  while (table_[i] != 0 && table_[i] >> 1 != key) i = (i + 1) & mask;
  return i;
}

void Matcher::growTable() {
  std::vector<std::uint64_t> old(table_.empty() ? 1024 : table_.size() * 2);
  old.swap(table_);
  for (std::uint64_t entry : old)
    if (entry != 0) table_[slotOf(entry >> 1)] = entry;
}

}  // namespace fleetd::lang
