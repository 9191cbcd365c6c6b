// Layout of indented strings. Only spaces indent; lines without text do not count; what interpolations and
// escapes insert is text, and never stripped itself.
#include "kernel/lang/indented.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace fleetd::lang {

namespace {

// The smallest indentation of a line with text.
std::size_t commonIndentation(std::span<const LayoutPiece> pieces) {
  std::size_t common = std::numeric_limits<std::size_t>::max();
  std::size_t current = 0;
  bool atStart = true;  // only spaces so far in this line
  const auto textBegins = [&] {
    atStart = false;
    common = std::min(common, current);
  };
  for (const LayoutPiece& piece : pieces) {
    if (piece.expr || piece.literal) {
      if (atStart) textBegins();
      continue;
    }
    for (const char c : piece.text) {
      if (c == '\n') {
        atStart = true;
        current = 0;
      } else if (atStart) {
        if (c == ' ')
          ++current;
        else
          textBegins();
      }
    }
  }
  return common;
}

class Stripper {
 public:
  Stripper(base::Arena& arena, std::size_t indentation, std::size_t room, std::vector<Expr*>& parts)
      : arena_(arena), indentation_(indentation), buffer_(static_cast<char*>(arena.allocate(room, 1))), parts_(parts) {}

  void text(const LayoutPiece& piece, bool last) {
    if (begin_ == size_) pos_ = piece.pos;
    end_ = piece.end;
    const std::size_t start = size_;
    for (const char c : piece.text) {
      if (c == '\n') {
        atStart_ = true;
        dropped_ = 0;
      } else if (atStart_) {
        if (c == ' ' && dropped_++ < indentation_) continue;
        if (c != ' ') atStart_ = false;
      }
      buffer_[size_++] = c;
    }
    if (!last) return;
    // The spaces before the closing quotes go, the newline before them stays.
    std::size_t cut = size_;
    while (cut > start && buffer_[cut - 1] == ' ') --cut;
    if (cut > start && buffer_[cut - 1] == '\n') size_ = cut;
  }

  // What an escape stands for goes through the same stripping, so spaces after ''\n are dropped.
  void expression(const LayoutPiece& piece) {
    flush();
    parts_.push_back(piece.expr);
    atStart_ = false;
    dropped_ = 0;
  }

  void flush() {
    if (begin_ == size_) return;
    auto* node = arena_.make<ExprString>();
    node->kind = ExprKind::String;
    node->flags = kLiteralText;
    node->pos = pos_;
    node->end = end_;
    node->text = {buffer_ + begin_, size_ - begin_};
    parts_.push_back(node);
    begin_ = size_;
  }

 private:
  base::Arena& arena_;
  std::size_t indentation_;
  char* buffer_;
  std::vector<Expr*>& parts_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::size_t dropped_ = 0;
  bool atStart_ = true;
  Pos pos_ = 0;
  Pos end_ = 0;
};

}  // namespace

void layoutIndented(base::Arena& arena, std::span<const LayoutPiece> pieces, std::vector<Expr*>& parts) {
  std::size_t room = 0;
  for (const LayoutPiece& piece : pieces) room += piece.text.size();
  Stripper stripper(arena, commonIndentation(pieces), room, parts);
  for (const LayoutPiece& piece : pieces) {
    if (piece.expr)
      stripper.expression(piece);
    else
      stripper.text(piece, &piece == &pieces.back());
  }
  stripper.flush();
}

}  // namespace fleetd::lang
