;; What the profile looks at in a text, byte by byte: its length in tokens, its language, and a signature of what it says.
;;
;; Memory, where textKernel.ts fills what is a table:
;;   0       a byte as signatures see it: lower case, 32 for a gap, 1 where the bytes after it decide
;;   256     the script that a byte begins a character of
;;   512     smallest hash of each bin (32 words)
;;   640     characters of each script (16 words)
;;   768     votes for each language (16 doubles)
;;   896     sixteen FF and sixteen 00: masks for the ends of words
;;   1024    common words: 1024 slots of a key of up to six bytes and the languages that have it
;;   20480   text as signatures see it, 4,096 bytes and a few
;;   24832   tokens of a word that is being merged, and from 26112 on the rank of each with the next one
;;   27648   tokens of single bytes: 256 words, -1 where there is none
;;   32768   classes of code points below 0x20000, see $class
;;   163840  tokens of short pieces: 65,536 slots of 14 bytes, their number and the tokens
;;   1212416 tokens of longer pieces: 8,192 slots of 62 bytes, their number and the tokens
;;   1736704 tokens of single characters of three bytes, a byte for each code point; 0 where they are not known yet
;;   1802240 the vocabulary, rows and text, where the caller puts them; 64 bytes after a text may be read
(module
  ;; Whether a word is one token although merging does not make it of its bytes.
  (import "timbre" "isWholeWord" (func $isWholeWord (param i32 i32) (result i32)))
  ;; Tokens of a piece that is longer than what can be merged here.
  (import "timbre" "countLong" (func $countLong (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 896) "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")

  ;; 0 counts characters, 1 tokens, 2 leaves lengths to the caller.
  (global $unit (export "unit") (mut i32) (i32.const 0))
  ;; 0 cuts words as GPT-2 does, 1 as GPT-4.
  (global $style (export "style") (mut i32) (i32.const 0))
  ;; Digits of a word at most; 0 for any number, and as GPT-2 has no number a word of its own otherwise.
  (global $digits (export "digits") (mut i32) (i32.const 0))
  ;; 1 for a text that is in its normal form.
  (global $settled (export "settled") (mut i32) (i32.const 0))

  ;; The vocabulary, see tokenTables.ts: the pairs that merge and 32 less the bits of their number; the token that each rank
  ;; gives; the bytes of each token; and what tokens span, with 32 less the bits of its size.
  (global $pairs (export "pairs") (mut i32) (i32.const 0))
  (global $pairShift (export "pairShift") (mut i32) (i32.const 0))
  (global $merged (export "merged") (mut i32) (i32.const 0))
  (global $bytePairs (export "bytePairs") (mut i32) (i32.const 0))
  (global $lengths (export "lengths") (mut i32) (i32.const 0))
  (global $crossings (export "crossings") (mut i32) (i32.const 0))
  (global $crossingShift (export "crossingShift") (mut i32) (i32.const 0))
  ;; 0 where a token's bytes are not known, so that nothing is cut but into words; 1 where all are; 2 where the vocabulary lacks
  ;; bytes, so that words that have one of these are not cut.
  (global $plain (export "plain") (mut i32) (i32.const 0))
  ;; Bytes of the longest word that is one token although merging does not make it; 0 when there is none.
  (global $longestWhole (export "longestWhole") (mut i32) (i32.const 0))

  ;; Of the text that is being folded: bytes in the buffer, whether the last one is a gap, whether any were hashed.
  (global $filled (mut i32) (i32.const 0))
  (global $gap (mut i32) (i32.const 1))
  (global $taken (mut i32) (i32.const 0))
  ;; What $class says of the place where $run stopped.
  (global $here (mut i32) (i32.const 0))

  ;; One row: its lengths, languages and signature go to `out`, see textKernel.ts. 0 when a cell is blank, else what is true
  ;; of it: 1 always, 2 it has a signature, 4 its answer is short, 8 its question is longer, 16 both are long.
  (func (export "row")
    (param $question i32) (param $questionEnd i32) (param $answer i32) (param $answerEnd i32) (param $out i32)
    (result i32)
    (local $flags i32) (local $languages i32) (local $asked i32) (local $answered i32)
    (if (call $isBlank (local.get $question) (local.get $questionEnd)) (then (return (i32.const 0))))
    (if (call $isBlank (local.get $answer) (local.get $answerEnd)) (then (return (i32.const 0))))
    (local.set $flags (i32.const 1))
    (i32.store offset=20 (local.get $out) (call $length (local.get $question) (local.get $questionEnd)))
    (i32.store offset=24 (local.get $out) (call $length (local.get $answer) (local.get $answerEnd)))
    (local.set $languages
      (i32.or
        (call $language (local.get $question) (local.get $questionEnd))
        (i32.shl (call $language (local.get $answer) (local.get $answerEnd)) (i32.const 8))))
    (local.set $asked (i32.sub (local.get $questionEnd) (local.get $question)))
    (local.set $answered (i32.sub (local.get $answerEnd) (local.get $answer)))
    (if (i32.lt_u (local.get $answered) (i32.const 12))
      (then
        (if (i32.lt_u (call $characters (local.get $answer) (local.get $answerEnd)) (i32.const 4))
          (then (local.set $flags (i32.or (local.get $flags) (i32.const 4)))))))
    (if (i32.gt_u (local.get $asked) (local.get $answered))
      (then (local.set $flags (i32.or (local.get $flags) (i32.const 8)))))
    (if (i32.and (i32.ge_u (local.get $asked) (i32.const 80)) (i32.ge_u (local.get $answered) (i32.const 80)))
      (then (local.set $flags (i32.or (local.get $flags) (i32.const 16)))))
    (call $begin)
    (call $fold (local.get $question) (local.get $questionEnd))
    (call $fold (local.get $answer) (local.get $answerEnd))
    (if (call $write (i32.add (local.get $out) (i32.const 32)))
      (then (local.set $flags (i32.or (local.get $flags) (i32.const 2)))))
    (i32.store offset=28 (local.get $out)
      (i32.or (local.get $languages) (i32.shl (local.get $flags) (i32.const 16))))
    (local.get $flags))

  ;; The signature of a text; 0, and zeros, for one without a letter or digit.
  (func (export "sign") (param $at i32) (param $end i32) (param $out i32) (result i32)
    (call $begin)
    (call $fold (local.get $at) (local.get $end))
    (call $write (local.get $out)))

  (func $length (param $at i32) (param $end i32) (result i32)
    (if (i32.eqz (global.get $unit)) (then (return (call $characters (local.get $at) (local.get $end)))))
    (if (i32.eq (global.get $unit) (i32.const 1)) (then (return (call $tokens (local.get $at) (local.get $end)))))
    (i32.const -1))

  (func $isBlank (param $at i32) (param $end i32) (result i32)
    (loop $more
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const 1))))
      (if (i32.gt_u (i32.load8_u (local.get $at)) (i32.const 32)) (then (return (i32.const 0))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $more))
    (unreachable))

  ;; Bytes that begin a character.
  (func $characters (param $at i32) (param $end i32) (result i32)
    (local $count i32) (local $left i32) (local $x v128)
    (loop $more
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (local.get $count))))
      (local.set $x (v128.load (local.get $at)))
      (local.set $left (i32.sub (local.get $end) (local.get $at)))
      (local.set $x (i8x16.gt_s (local.get $x) (i8x16.splat (i32.const -65))))
      (if (i32.lt_u (local.get $left) (i32.const 16))
        (then (local.set $x (v128.and (local.get $x) (v128.load (i32.sub (i32.const 912) (local.get $left)))))))
      (local.set $count (i32.add (local.get $count) (i32.popcnt (i8x16.bitmask (local.get $x)))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $more))
    (unreachable))

  ;; --- Signatures -----------------------------------------------------------------------------------------------------

  (func $begin
    (local $at i32)
    (global.set $filled (i32.const 0))
    (global.set $gap (i32.const 1))
    (global.set $taken (i32.const 0))
    (local.set $at (i32.const 512))
    (loop $more
      (v128.store (local.get $at) (v128.const i32x4 0x7fffffff 0x7fffffff 0x7fffffff 0x7fffffff))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $more (i32.lt_u (local.get $at) (i32.const 640)))))

  ;; Puts text into the buffer: letters and digits in lower case, one space for whatever else is between them.
  (func $fold (param $at i32) (param $end i32)
    (local $byte i32) (local $folded i32) (local $isGap i32) (local $gap i32) (local $filled i32)
    (local.set $gap (global.get $gap))
    (local.set $filled (global.get $filled))
    ;; Two texts have a gap between them.
    (if (i32.eqz (local.get $gap))
      (then
        (i32.store8 offset=20480 (local.get $filled) (i32.const 32))
        (local.set $filled (i32.add (local.get $filled) (i32.const 1)))
        (local.set $gap (i32.const 1))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $byte (i32.load8_u (local.get $at)))
        (local.set $folded (i32.load8_u (local.get $byte)))
        (if (i32.eq (local.get $folded) (i32.const 1))
          (then
            (local.set $folded (local.get $byte))
            (if (call $isWideMark (local.get $at))
              (then
                (local.set $folded (i32.const 32))
                (local.set $at (i32.add (local.get $at) (i32.const 2)))))))
        (i32.store8 offset=20480 (local.get $filled) (local.get $folded))
        (local.set $isGap (i32.eq (local.get $folded) (i32.const 32)))
        (local.set $filled
          (i32.sub
            (i32.add (local.get $filled) (i32.const 1))
            (i32.and (local.get $isGap) (local.get $gap))))
        (local.set $gap (local.get $isGap))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $filled) (i32.const 4096)))
        ;; A gap at the end is one only when something follows it: it stays, with the bytes that the next stretches need.
        (local.set $filled (i32.sub (local.get $filled) (local.get $gap)))
        (call $take (local.get $filled))
        (i64.store (i32.const 20480) (i64.load offset=20473 (local.get $filled)))
        (local.set $filled (i32.add (i32.const 7) (local.get $gap)))
        (br $more)))
    (global.set $gap (local.get $gap))
    (global.set $filled (local.get $filled)))

  ;; The marks of U+3000 to U+303F and the wide ones of U+FF00 to U+FF3F, without the wide digits.
  (func $isWideMark (param $at i32) (result i32)
    (local $second i32)
    (local.set $second (i32.load8_u offset=1 (local.get $at)))
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0xe3))
      (then (return (i32.eq (local.get $second) (i32.const 0x80)))))
    (i32.and
      (i32.eq (local.get $second) (i32.const 0xbc))
      (i32.ge_u
        (i32.sub (i32.load8_u offset=2 (local.get $at)) (i32.const 0x90))
        (i32.const 10))))

  ;; Every stretch of eight bytes of the buffer's first ones.
  (func $take (param $stop i32)
    (local $at i32)
    (global.set $taken (i32.const 1))
    (block $done
      (loop $more
        (br_if $done (i32.gt_s (i32.add (local.get $at) (i32.const 8)) (local.get $stop)))
        (call $record (i64.load offset=20480 (local.get $at)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $more))))

  ;; Five bits of a hash name the bin, 27 are the value.
  (func $record (param $bytes i64)
    (local $bin i32) (local $value i32)
    (local.set $bytes (i64.mul (local.get $bytes) (i64.const 0x9e3779b97f4a7c15)))
    (local.set $bytes
      (i64.mul
        (i64.xor (local.get $bytes) (i64.shr_u (local.get $bytes) (i64.const 32)))
        (i64.const 0xc4ceb9fe1a85ec53)))
    (local.set $bin (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $bytes) (i64.const 59))) (i32.const 2)))
    (local.set $value
      (i32.and (i32.wrap_i64 (i64.shr_u (local.get $bytes) (i64.const 32))) (i32.const 0x07ffffff)))
    (if (i32.lt_u (local.get $value) (i32.load offset=512 (local.get $bin)))
      (then (i32.store offset=512 (local.get $bin) (local.get $value)))))

  ;; One byte of each bin; an empty bin has that of the next one that isn't, changed by how far it is away.
  (func $write (param $out i32) (result i32)
    (local $bin i32) (local $from i32) (local $distance i32) (local $value i32)
    (if (i32.eqz (i32.or (global.get $taken) (global.get $filled)))
      (then
        (v128.store (local.get $out) (v128.const i64x2 0 0))
        (v128.store offset=16 (local.get $out) (v128.const i64x2 0 0))
        (return (i32.const 0))))
    (local.set $value (i32.sub (global.get $filled) (global.get $gap)))
    (if (i32.or (global.get $taken) (i32.ge_u (local.get $value) (i32.const 8)))
      (then (call $take (local.get $value)))
      (else
        ;; A text of fewer bytes is its own only stretch.
        (call $record
          (i64.and
            (i64.load (i32.const 20480))
            (i64.shr_u
              (i64.const -1)
              (i64.extend_i32_u (i32.sub (i32.const 64) (i32.shl (local.get $value) (i32.const 3)))))))))
    (loop $bins
      (local.set $from (local.get $bin))
      (local.set $distance (i32.const 0))
      (block $found
        (loop $empty
          (local.set $value (i32.load offset=512 (i32.shl (local.get $from) (i32.const 2))))
          (br_if $found (i32.ne (local.get $value) (i32.const 0x7fffffff)))
          (local.set $from (i32.and (i32.add (local.get $from) (i32.const 1)) (i32.const 31)))
          (local.set $distance (i32.add (local.get $distance) (i32.const 1)))
          (br $empty)))
      (local.set $value (i32.add (local.get $value) (i32.mul (local.get $distance) (i32.const 0x9e3779b1))))
      (local.set $value
        (i32.mul
          (i32.xor (local.get $value) (i32.shr_u (local.get $value) (i32.const 13)))
          (i32.const 0x5bd1e995)))
      (i32.store8
        (i32.add (local.get $out) (local.get $bin))
        (i32.xor (local.get $value) (i32.shr_u (local.get $value) (i32.const 15))))
      (local.set $bin (i32.add (local.get $bin) (i32.const 1)))
      (br_if $bins (i32.lt_u (local.get $bin) (i32.const 32))))
    (i32.const 1))

  ;; --- Languages ------------------------------------------------------------------------------------------------------

  ;; A number of the list in languages.ts, by the script and, for Latin letters, the common words of the first 240 bytes.
  (func $language (export "language") (param $at i32) (param $end i32) (result i32)
    (local $place i32) (local $kind i32) (local $second i32) (local $latin i32) (local $x v128)
    (local $best i32) (local $most i32) (local $count i32) (local $wide i32)
    (if (i32.gt_u (local.get $end) (i32.add (local.get $at) (i32.const 240)))
      (then (local.set $end (i32.add (local.get $at) (i32.const 240)))))
    (v128.store (i32.const 640) (v128.const i64x2 0 0))
    (v128.store (i32.const 656) (v128.const i64x2 0 0))
    (v128.store (i32.const 672) (v128.const i64x2 0 0))
    (v128.store (i32.const 688) (v128.const i64x2 0 0))
    (local.set $place (local.get $at))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $place) (local.get $end)))
        (if (i32.le_u (i32.add (local.get $place) (i32.const 16)) (local.get $end))
          (then
            (local.set $x (v128.load (local.get $place)))
            (if (i32.eqz (i8x16.bitmask (local.get $x)))
              (then
                ;; Letters of a block of ASCII.
                (local.set $latin
                  (i32.add
                    (local.get $latin)
                    (i32.popcnt
                      (i8x16.bitmask
                        (i8x16.lt_u
                          (i8x16.sub
                            (v128.or (local.get $x) (i8x16.splat (i32.const 32)))
                            (i8x16.splat (i32.const 97)))
                          (i8x16.splat (i32.const 26)))))))
                (local.set $place (i32.add (local.get $place) (i32.const 16)))
                (br $more)))))
        (local.set $kind (i32.load8_u offset=256 (i32.load8_u (local.get $place))))
        (if (i32.ge_u (local.get $kind) (i32.const 11))
          (then
            (local.set $second (i32.load8_u offset=1 (local.get $place)))
            (if (i32.eq (local.get $kind) (i32.const 11))
              (then
                ;; E3: kana, or the first of the Chinese characters.
                (local.set $kind (i32.const 0))
                (if (i32.lt_u (i32.sub (local.get $second) (i32.const 0x81)) (i32.const 3))
                  (then (local.set $kind (i32.const 3))))
                (if (i32.ge_u (local.get $second) (i32.const 0x90))
                  (then (local.set $kind (i32.const 2)))))
              (else
                ;; E0: Devanagari or Thai, among others.
                (local.set $kind (i32.const 0))
                (if (i32.lt_u (i32.sub (local.get $second) (i32.const 0xa4)) (i32.const 2))
                  (then (local.set $kind (i32.const 9))))
                (if (i32.lt_u (i32.sub (local.get $second) (i32.const 0xb8)) (i32.const 2))
                  (then (local.set $kind (i32.const 10))))))))
        (local.set $kind (i32.shl (local.get $kind) (i32.const 2)))
        (i32.store offset=640
          (local.get $kind)
          (i32.add (i32.load offset=640 (local.get $kind)) (i32.const 1)))
        (local.set $place (i32.add (local.get $place) (i32.const 1)))
        (br $more)))
    (local.set $latin (i32.add (local.get $latin) (i32.load (i32.const 644))))
    (local.set $best (i32.const 1))
    (local.set $most (local.get $latin))
    (local.set $kind (i32.const 2))
    (loop $kinds
      (local.set $count (i32.load offset=640 (i32.shl (local.get $kind) (i32.const 2))))
      (if (i32.gt_u (local.get $count) (local.get $most))
        (then (local.set $most (local.get $count)) (local.set $best (local.get $kind))))
      (local.set $kind (i32.add (local.get $kind) (i32.const 1)))
      (br_if $kinds (i32.le_u (local.get $kind) (i32.const 10))))
    (if (i32.eqz (local.get $most)) (then (return (i32.const 0))))
    ;; A Latin word has several letters where a Chinese one has one or two.
    (local.set $wide (i32.add (i32.load (i32.const 648)) (i32.load (i32.const 652))))
    (if (local.get $wide)
      (then
        (if (i32.ge_u (i32.shl (local.get $wide) (i32.const 2)) (local.get $latin))
          (then
            (return
              (i32.add
                (i32.const 13)
                (i32.gt_u (i32.shl (i32.load (i32.const 652)) (i32.const 3)) (local.get $wide))))))))
    (if (i32.eq (local.get $best) (i32.const 1))
      (then (return (call $latinLanguage (local.get $at) (local.get $end)))))
    (i32.add (local.get $best) (i32.const 11)))

  (func $latinLanguage (param $at i32) (param $end i32) (result i32)
    (local $byte i32) (local $size i32) (local $key i64) (local $slot i32) (local $found i64)
    (local $languages i32) (local $weight f64) (local $most f64) (local $best i32)
    (loop $zero
      (v128.store offset=768 (local.get $slot) (v128.const i64x2 0 0))
      (local.set $slot (i32.add (local.get $slot) (i32.const 16)))
      (br_if $zero (i32.lt_u (local.get $slot) (i32.const 128))))
    (block $done
      (loop $more
        (br_if $done (i32.gt_u (local.get $at) (local.get $end)))
        (local.set $byte (i32.const 0))
        (if (i32.lt_u (local.get $at) (local.get $end))
          (then (local.set $byte (i32.load8_u (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (if (i32.lt_u (i32.sub (local.get $byte) (i32.const 65)) (i32.const 26))
          (then (local.set $byte (i32.add (local.get $byte) (i32.const 32)))))
        (if (i32.or
              (i32.lt_u (i32.sub (local.get $byte) (i32.const 97)) (i32.const 26))
              (i32.ge_u (local.get $byte) (i32.const 128)))
          (then
            (local.set $size (i32.add (local.get $size) (i32.const 1)))
            (if (i32.le_u (local.get $size) (i32.const 6))
              (then
                (local.set $key
                  (i64.or
                    (i64.shl (local.get $key) (i64.const 8))
                    (i64.extend_i32_u (local.get $byte))))))
            (br $more)))
        (if (i32.lt_u (i32.sub (local.get $size) (i32.const 1)) (i32.const 6))
          (then
            (local.set $slot
              (i32.wrap_i64
                (i64.shr_u
                  (i64.mul (local.get $key) (i64.const 0x9e3779b97f4a7c15))
                  (i64.const 54))))
            (block $absent
              (loop $probe
                (local.set $found (i64.load offset=1024 (i32.shl (local.get $slot) (i32.const 4))))
                (br_if $absent (i64.eqz (local.get $found)))
                (if (i64.ne (local.get $found) (local.get $key))
                  (then
                    (local.set $slot (i32.and (i32.add (local.get $slot) (i32.const 1)) (i32.const 1023)))
                    (br $probe))))
              (local.set $languages (i32.load offset=1032 (i32.shl (local.get $slot) (i32.const 4))))
              ;; A word that several languages share tells less.
              (local.set $weight
                (f64.div (f64.const 1) (f64.convert_i32_u (i32.popcnt (local.get $languages)))))
              (loop $votes
                (local.set $slot (i32.shl (i32.ctz (local.get $languages)) (i32.const 3)))
                (f64.store offset=768
                  (local.get $slot)
                  (f64.add (f64.load offset=768 (local.get $slot)) (local.get $weight)))
                (local.set $languages
                  (i32.and (local.get $languages) (i32.sub (local.get $languages) (i32.const 1))))
                (br_if $votes (local.get $languages))))))
        (local.set $key (i64.const 0))
        (local.set $size (i32.const 0))
        (br $more)))
    (local.set $slot (i32.const 0))
    (loop $choose
      (if (f64.gt (f64.load offset=768 (i32.shl (local.get $slot) (i32.const 3))) (local.get $most))
        (then
          (local.set $most (f64.load offset=768 (i32.shl (local.get $slot) (i32.const 3))))
          (local.set $best (i32.add (local.get $slot) (i32.const 1)))))
      (local.set $slot (i32.add (local.get $slot) (i32.const 1)))
      (br_if $choose (i32.lt_u (local.get $slot) (i32.const 12))))
    (if (f64.gt (local.get $most) (f64.const 0.5)) (then (return (local.get $best))))
    (i32.const 0))

  ;; --- Tokens ---------------------------------------------------------------------------------------------------------

  ;; Tokens of a text; -1 where it takes more than is known here: bytes that are no UTF-8, characters beyond the table or
  ;; that the normal form may change.
  (func $tokens (export "tokens") (param $at i32) (param $end i32) (result i32)
    (local $count i32) (local $start i32) (local $kind i32) (local $byte i32) (local $next i32) (local $size i32)
    (global.set $here (call $class (local.get $at) (local.get $end)))
    (loop $words
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (local.get $count))))
      (local.set $kind (i32.and (global.get $here) (i32.const 7)))
      (if (i32.eq (local.get $kind) (i32.const 5)) (then (return (i32.const -1))))
      (local.set $start (local.get $at))
      (local.set $byte (i32.load8_u (local.get $at)))
      (block $cut
        ;; 's, 'll and the like
        (if (i32.eq (local.get $byte) (i32.const 39))
          (then
            (local.set $size (call $contraction (local.get $at) (local.get $end)))
            (if (local.get $size)
              (then
                (local.set $at (i32.add (local.get $at) (local.get $size)))
                (global.set $here (call $class (local.get $at) (local.get $end)))
                (br $cut)))))
        (if (global.get $style)
          (then
            (if (i32.eq (local.get $kind) (i32.const 1))
              (then
                (local.set $at (call $run (local.get $at) (local.get $end) (i32.const 1)))
                (br $cut)))
            (if (i32.eq (local.get $kind) (i32.const 2))
              (then
                (local.set $at (call $number (local.get $at) (local.get $end)))
                (br $cut)))
            (local.set $next (i32.add (local.get $at) (i32.shr_u (global.get $here) (i32.const 4))))
            (local.set $size (i32.and (call $class (local.get $next) (local.get $end)) (i32.const 7)))
            ;; A letter takes what is before it, but for line ends.
            (if (i32.and
                  (i32.eq (local.get $size) (i32.const 1))
                  (i32.eqz (call $isLineEnd (local.get $byte))))
              (then
                (local.set $at (call $run (local.get $next) (local.get $end) (i32.const 1)))
                (br $cut)))
            (if (i32.eq (local.get $kind) (i32.const 4))
              (then
                (local.set $at (call $marks (local.get $at) (local.get $end)))
                (br $cut)))
            (if (i32.and
                  (i32.eq (local.get $byte) (i32.const 32))
                  (i32.eq (local.get $size) (i32.const 4)))
              (then
                (local.set $at (call $marks (local.get $next) (local.get $end)))
                (br $cut))))
          (else
            (if (i32.eq (local.get $byte) (i32.const 32))
              (then
                (local.set $next (i32.add (local.get $at) (i32.const 1)))
                (local.set $size (i32.and (call $class (local.get $next) (local.get $end)) (i32.const 7)))
                (if (i32.and
                      ;; A letter, a number or a mark: 1, 2 or 4.
                      (i32.ne (i32.and (i32.const 0x16) (i32.shl (i32.const 1) (local.get $size))) (i32.const 0))
                      (i32.eqz
                        (i32.and
                          (i32.eq (local.get $size) (i32.const 2))
                          (i32.ne (global.get $digits) (i32.const 0)))))
                  (then
                    (local.set $at (call $run (local.get $next) (local.get $end) (local.get $size)))
                    (br $cut)))))
            (if (i32.ne (local.get $kind) (i32.const 3))
              (then
                (local.set $at
                  (if (result i32)
                    (i32.and
                      (i32.eq (local.get $kind) (i32.const 2))
                      (i32.ne (global.get $digits) (i32.const 0)))
                    (then (call $number (local.get $at) (local.get $end)))
                    (else (call $run (local.get $at) (local.get $end) (local.get $kind)))))
                (br $cut)))))
        (local.set $at (call $white (local.get $at) (local.get $end))))
      (local.set $count (i32.add (local.get $count) (call $word (local.get $start) (local.get $at))))
      (br $words))
    (unreachable))

  (func $isLineEnd (param $byte i32) (result i32)
    (i32.or (i32.eq (local.get $byte) (i32.const 10)) (i32.eq (local.get $byte) (i32.const 13))))

  ;; Bytes of 's 't 're 've 'm 'll 'd at an apostrophe, in any case where GPT-4 cuts; 0 for something else.
  (func $contraction (param $at i32) (param $end i32) (result i32)
    (local $first i32) (local $second i32) (local $fold i32)
    (local.set $fold (i32.shl (global.get $style) (i32.const 5)))
    (if (i32.ge_u (i32.add (local.get $at) (i32.const 1)) (local.get $end)) (then (return (i32.const 0))))
    (local.set $first (i32.or (i32.load8_u offset=1 (local.get $at)) (local.get $fold)))
    (if (i32.or
          (i32.or (i32.eq (local.get $first) (i32.const 115)) (i32.eq (local.get $first) (i32.const 116)))
          (i32.or (i32.eq (local.get $first) (i32.const 109)) (i32.eq (local.get $first) (i32.const 100))))
      (then (return (i32.const 2))))
    (if (i32.ge_u (i32.add (local.get $at) (i32.const 2)) (local.get $end)) (then (return (i32.const 0))))
    (local.set $second (i32.or (i32.load8_u offset=2 (local.get $at)) (local.get $fold)))
    (if (i32.or
          (i32.and (i32.eq (local.get $first) (i32.const 108)) (i32.eq (local.get $second) (i32.const 108)))
          (i32.and
            (i32.eq (local.get $second) (i32.const 101))
            (i32.or (i32.eq (local.get $first) (i32.const 114)) (i32.eq (local.get $first) (i32.const 118)))))
      (then (return (i32.const 3))))
    (i32.const 0))

  ;; Where the characters of a class end.
  (func $run (param $at i32) (param $end i32) (param $kind i32) (result i32)
    (local $byte i32) (local $class i32)
    (loop $more
      (if (i32.lt_u (local.get $at) (local.get $end))
        (then
          (local.set $byte (i32.load8_u (local.get $at)))
          (if (i32.lt_u (local.get $byte) (i32.const 128))
            (then
              (if (i32.eq (i32.load8_u offset=32768 (local.get $byte)) (local.get $kind))
                (then
                  (local.set $at (i32.add (local.get $at) (i32.const 1)))
                  (br $more)))))))
      (local.set $class (call $class (local.get $at) (local.get $end)))
      (if (i32.eq (i32.and (local.get $class) (i32.const 7)) (local.get $kind))
        (then
          (local.set $at (i32.add (local.get $at) (i32.shr_u (local.get $class) (i32.const 4))))
          (br $more))))
    (global.set $here (local.get $class))
    (local.get $at))

  ;; Where a number ends that has as many digits as a word may have.
  (func $number (param $at i32) (param $end i32) (result i32)
    (local $left i32)
    (local.set $left (global.get $digits))
    (loop $more
      (local.set $at (i32.add (local.get $at) (i32.shr_u (global.get $here) (i32.const 4))))
      (global.set $here (call $class (local.get $at) (local.get $end)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $more
        (i32.and
          (i32.ne (local.get $left) (i32.const 0))
          (i32.eq (i32.and (global.get $here) (i32.const 7)) (i32.const 2)))))
    (local.get $at))

  ;; Where marks end, and the line ends after them.
  (func $marks (param $at i32) (param $end i32) (result i32)
    (local.set $at (call $run (local.get $at) (local.get $end) (i32.const 4)))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $done (i32.eqz (call $isLineEnd (i32.load8_u (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $more)))
    (global.set $here (call $class (local.get $at) (local.get $end)))
    (local.get $at))

  ;; Where the word ends that white space is: the last of it belongs to what comes next, and GPT-4 cuts after line ends.
  (func $white (param $at i32) (param $end i32) (result i32)
    (local $start i32) (local $last i32) (local $feed i32)
    (local.set $start (local.get $at))
    (loop $more
      (local.set $last (local.get $at))
      (if (call $isLineEnd (i32.load8_u (local.get $at)))
        (then (local.set $feed (i32.add (local.get $at) (i32.const 1)))))
      (local.set $at (i32.add (local.get $at) (i32.shr_u (global.get $here) (i32.const 4))))
      (global.set $here (call $class (local.get $at) (local.get $end)))
      (br_if $more (i32.eq (i32.and (global.get $here) (i32.const 7)) (i32.const 3))))
    (if (i32.and (global.get $style) (i32.ne (local.get $feed) (i32.const 0)))
      (then
        (global.set $here (call $class (local.get $feed) (local.get $end)))
        (return (local.get $feed))))
    (if (i32.or
          (i32.eq (local.get $last) (local.get $start))
          (i32.or
            (i32.ge_u (local.get $at) (local.get $end))
            ;; As GPT-2 has it, text ends before a number that is no word.
            (i32.and
              (i32.and (i32.eqz (global.get $style)) (i32.ne (global.get $digits) (i32.const 0)))
              (i32.eq (i32.and (global.get $here) (i32.const 7)) (i32.const 2)))))
      (then (return (local.get $at))))
    (if (i32.ne (i32.and (global.get $here) (i32.const 7)) (i32.const 5))
      (then (global.set $here (call $class (local.get $last) (local.get $end)))))
    (local.get $last))

  ;; The class of the character at a place, and its bytes times 16; 0 at the end.
  ;; 1 a letter, 2 a number, 3 white space, 4 anything else, 5 unknown; 8 on top when the normal form may change it.
  (func $class (param $at i32) (param $end i32) (result i32)
    (local $byte i32) (local $code i32) (local $class i32) (local $left i32) (local $second i32)
    (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const 0))))
    (local.set $byte (i32.load8_u (local.get $at)))
    (if (i32.lt_u (local.get $byte) (i32.const 128))
      (then (return (i32.or (i32.const 16) (i32.load8_u offset=32768 (local.get $byte))))))
    (local.set $left (i32.sub (local.get $end) (local.get $at)))
    (local.set $second (i32.xor (i32.load8_u offset=1 (local.get $at)) (i32.const 0x80)))
    (block $valid
      (block $invalid
        (br_if $invalid (i32.lt_u (local.get $byte) (i32.const 0xc2)))
        (br_if $invalid (i32.ge_u (local.get $second) (i32.const 64)))
        (br_if $invalid (i32.lt_u (local.get $left) (i32.const 2)))
        (if (i32.lt_u (local.get $byte) (i32.const 0xe0))
          (then
            (local.set $code
              (i32.or (i32.shl (i32.and (local.get $byte) (i32.const 31)) (i32.const 6)) (local.get $second)))
            (local.set $left (i32.const 32))
            (br $valid)))
        (br_if $invalid (i32.lt_u (local.get $left) (i32.const 3)))
        (local.set $class (i32.xor (i32.load8_u offset=2 (local.get $at)) (i32.const 0x80)))
        (br_if $invalid (i32.ge_u (local.get $class) (i32.const 64)))
        (local.set $code
          (i32.or (i32.shl (local.get $second) (i32.const 6)) (local.get $class)))
        (if (i32.lt_u (local.get $byte) (i32.const 0xf0))
          (then
            (local.set $code
              (i32.or (local.get $code) (i32.shl (i32.and (local.get $byte) (i32.const 15)) (i32.const 12))))
            (br_if $invalid (i32.lt_u (local.get $code) (i32.const 0x800)))
            (br_if $invalid (i32.eq (i32.and (local.get $code) (i32.const 0xf800)) (i32.const 0xd800)))
            (local.set $left (i32.const 48))
            (br $valid)))
        (br_if $invalid (i32.ne (local.get $byte) (i32.const 0xf0)))
        (br_if $invalid (i32.lt_u (local.get $left) (i32.const 4)))
        (local.set $class (i32.xor (i32.load8_u offset=3 (local.get $at)) (i32.const 0x80)))
        (br_if $invalid (i32.ge_u (local.get $class) (i32.const 64)))
        (local.set $code
          (i32.or (i32.shl (local.get $code) (i32.const 6)) (local.get $class)))
        (br_if $invalid
          (i32.ge_u (i32.sub (local.get $code) (i32.const 0x10000)) (i32.const 0x10000)))
        (local.set $left (i32.const 64))
        (br $valid))
      (return (i32.const 21)))
    (local.set $class (i32.load8_u offset=32768 (local.get $code)))
    (if (i32.and (local.get $class) (i32.const 8))
      (then
        (if (i32.eqz (global.get $settled)) (then (return (i32.const 21))))
        (local.set $class (i32.and (local.get $class) (i32.const 7)))))
    (i32.or (local.get $left) (local.get $class)))

  ;; Tokens of a word. Words of alphabets come again and again. Those that end with a character of three bytes are mostly
  ;; runs of text without spaces, which don't: they are cut further.
  (func $word (export "word") (param $at i32) (param $end i32) (result i32)
    (local $size i32)
    (local.set $size (i32.sub (local.get $end) (local.get $at)))
    (if (i32.le_u (local.get $size) (i32.const 62))
      (then
        (if (i32.or
              (i32.lt_u (local.get $size) (i32.const 3))
              (i32.lt_u (i32.load8_u (i32.sub (local.get $end) (i32.const 3))) (i32.const 0xe0)))
          (then
            (return
              (call $kept
                (local.get $at)
                (local.get $end)
                (i32.ne (global.get $longestWhole) (i32.const 0))))))))
    (call $pieces (local.get $at) (local.get $end)))

  ;; Tokens of a word that is cut between any two characters that no token spans: no merge ever joins what is on both sides.
  (func $pieces (param $word i32) (param $end i32) (result i32)
    (local $at i32) (local $start i32) (local $size i32) (local $left i32) (local $right i32) (local $count i32)
    (local $plain i32)
    (local.set $plain (call $isPlain (local.get $word) (local.get $end)))
    (local.set $at (local.get $word))
    (local.set $start (local.get $word))
    (loop $characters
      (local.set $left (local.get $right))
      ;; The bytes of the character as one number.
      (local.set $right (i32.load (local.get $at)))
      (local.set $size (i32.clz (i32.xor (i32.shl (local.get $right) (i32.const 24)) (i32.const -1))))
      (local.set $size (i32.add (local.get $size) (i32.eqz (local.get $size))))
      (local.set $right
        (i32.and
          (local.get $right)
          (i32.shr_u (i32.const -1) (i32.sub (i32.const 32) (i32.shl (local.get $size) (i32.const 3))))))
      (if (i32.and (local.get $plain) (i32.gt_u (local.get $at) (local.get $start)))
        (then
          (if (i32.eqz (call $crosses (local.get $at) (local.get $left) (local.get $right)))
            (then
              (local.set $count
                (i32.add
                  (local.get $count)
                  (call $piece (local.get $start) (local.get $at) (local.get $left))))
              (local.set $start (local.get $at))))))
      (local.set $at (i32.add (local.get $at) (local.get $size)))
      (br_if $characters (i32.lt_u (local.get $at) (local.get $end))))
    (i32.add
      (local.get $count)
      (if (result i32)
        (i32.and
          (i32.eq (local.get $start) (local.get $word))
          (i32.ne (global.get $longestWhole) (i32.const 0)))
        (then (call $kept (local.get $start) (local.get $end) (i32.const 1)))
        (else (call $piece (local.get $start) (local.get $end) (local.get $right))))))

  ;; Tokens of a piece that is no word. `last` is its last character.
  (func $piece (param $at i32) (param $end i32) (param $last i32) (result i32)
    (local $code i32) (local $count i32)
    (if (i32.or
          (i32.ne (i32.sub (local.get $end) (local.get $at)) (i32.const 3))
          (i32.lt_u (local.get $last) (i32.const 0x10000)))
      (then (return (call $kept (local.get $at) (local.get $end) (i32.const 0)))))
    ;; One character of three bytes.
    (local.set $code
      (i32.or
        (i32.shl (i32.and (local.get $last) (i32.const 15)) (i32.const 12))
        (i32.or
          (i32.and (i32.shr_u (local.get $last) (i32.const 2)) (i32.const 0xfc0))
          (i32.and (i32.shr_u (local.get $last) (i32.const 16)) (i32.const 63)))))
    (local.set $count (i32.load8_u offset=1736704 (local.get $code)))
    (if (local.get $count) (then (return (local.get $count))))
    (local.set $count (call $merge (local.get $at) (local.get $end)))
    (i32.store8 offset=1736704 (local.get $code) (local.get $count))
    (local.get $count))

  ;; Whether tokens stand for exactly the bytes of a text, none of them left out.
  (func $isPlain (param $at i32) (param $end i32) (result i32)
    (if (i32.ne (global.get $plain) (i32.const 2)) (then (return (global.get $plain))))
    (loop $bytes
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const 1))))
      (if (i32.lt_s (i32.load offset=27648 (i32.shl (i32.load8_u (local.get $at)) (i32.const 2))) (i32.const 0))
        (then (return (i32.const 0))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $bytes))
    (unreachable))

  ;; Whether a token may span the place between two characters: it has both of them, or ends or begins within one.
  (func $crosses (param $at i32) (param $left i32) (param $right i32) (result i32)
    (i32.or
      (call $mayCross (local.get $left) (local.get $right))
      (call $mayCross
        (i32.or (i32.const 0xff000000) (i32.load8_u (i32.sub (local.get $at) (i32.const 1))))
        (i32.and (local.get $right) (i32.const 0xffff)))))

  (func $mayCross (param $left i32) (param $right i32) (result i32)
    (local $bit i32)
    (local.set $bit
      (i32.shr_u (call $mixed (local.get $left) (local.get $right)) (global.get $crossingShift)))
    (i32.and
      (i32.shr_u
        (i32.load8_u (i32.add (global.get $crossings) (i32.shr_u (local.get $bit) (i32.const 3))))
        (i32.and (local.get $bit) (i32.const 7)))
      (i32.const 1)))

  ;; See mixed.ts.
  (func $mixed (param $a i32) (param $b i32) (result i32)
    (local $sum i32)
    (local.set $sum
      (i32.add
        (i32.mul (local.get $a) (i32.const 0x9e3779b1))
        (i32.mul (local.get $b) (i32.const 0x85ebca6b))))
    (i32.mul
      (i32.xor (local.get $sum) (i32.shr_u (local.get $sum) (i32.const 15)))
      (i32.const 0x2c1b3c6d)))

  ;; Tokens of a piece, remembered until another one takes its slot. `whole` is 1 for a word that may be a token as it stands.
  (func $kept (param $at i32) (param $end i32) (param $whole i32) (result i32)
    (local $size i32) (local $key v128) (local $kept v128) (local $slot i32) (local $count i32)
    (local.set $size (i32.sub (local.get $end) (local.get $at)))
    (if (i32.gt_u (local.get $size) (i32.const 14))
      (then (return (call $longKept (local.get $at) (local.get $end) (local.get $whole)))))
    (local.set $key
      (i8x16.replace_lane 14
        (v128.and (v128.load (local.get $at)) (v128.load (i32.sub (i32.const 912) (local.get $size))))
        (i32.or (local.get $size) (i32.shl (local.get $whole) (i32.const 7)))))
    (local.set $slot
      (i32.add
        (i32.const 163840)
        (i32.shl
          (i32.wrap_i64
            (i64.shr_u
              (i64.add
                (i64.mul (i64x2.extract_lane 0 (local.get $key)) (i64.const 0x9e3779b97f4a7c15))
                (i64.mul (i64x2.extract_lane 1 (local.get $key)) (i64.const 0xc4ceb9fe1a85ec53)))
              (i64.const 48)))
          (i32.const 4))))
    (local.set $kept (v128.load (local.get $slot)))
    (if (i32.eq
          (i32.or (i8x16.bitmask (i8x16.eq (local.get $key) (local.get $kept))) (i32.const 0x8000))
          (i32.const 0xffff))
      (then (return (i8x16.extract_lane_u 15 (local.get $kept)))))
    (local.set $count (call $count (local.get $at) (local.get $end) (local.get $whole)))
    (v128.store (local.get $slot) (i8x16.replace_lane 15 (local.get $key) (local.get $count)))
    (local.get $count))

  (func $longKept (param $at i32) (param $end i32) (param $whole i32) (result i32)
    (local $size i32) (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $hash i64)
    (local $slot i32) (local $count i32)
    (local.set $size (i32.sub (local.get $end) (local.get $at)))
    (if (i32.gt_u (local.get $size) (i32.const 62))
      (then (return (call $count (local.get $at) (local.get $end) (local.get $whole)))))
    (local.set $a (v128.and (v128.load (local.get $at)) (call $mask (local.get $size))))
    (local.set $b
      (v128.and (v128.load offset=16 (local.get $at)) (call $mask (i32.sub (local.get $size) (i32.const 16)))))
    (local.set $c
      (v128.and (v128.load offset=32 (local.get $at)) (call $mask (i32.sub (local.get $size) (i32.const 32)))))
    (local.set $d
      (i8x16.replace_lane 14
        (v128.and (v128.load offset=48 (local.get $at)) (call $mask (i32.sub (local.get $size) (i32.const 48))))
        (i32.or (local.get $size) (i32.shl (local.get $whole) (i32.const 7)))))
    (local.set $hash (call $mix (call $mix (i64.const 1) (local.get $a)) (local.get $b)))
    (local.set $hash (call $mix (call $mix (local.get $hash) (local.get $c)) (local.get $d)))
    (local.set $slot
      (i32.add
        (i32.const 1212416)
        (i32.shl (i32.wrap_i64 (i64.shr_u (local.get $hash) (i64.const 51))) (i32.const 6))))
    (if (i32.eq
          (i32.or
            (i32.const 0x8000)
            (i8x16.bitmask
              (v128.and
                (i8x16.eq (v128.load offset=48 (local.get $slot)) (local.get $d))
                (v128.and
                  (i8x16.eq (v128.load offset=32 (local.get $slot)) (local.get $c))
                  (v128.and
                    (i8x16.eq (v128.load offset=16 (local.get $slot)) (local.get $b))
                    (i8x16.eq (v128.load (local.get $slot)) (local.get $a)))))))
          (i32.const 0xffff))
      ;; The last lane of the last part is the tokens: the other parts' last lanes have to be compared on their own.
      (then
        (if (i32.and
              (i32.and
                (i32.eq (i32.load8_u offset=15 (local.get $slot)) (i8x16.extract_lane_u 15 (local.get $a)))
                (i32.eq (i32.load8_u offset=31 (local.get $slot)) (i8x16.extract_lane_u 15 (local.get $b))))
              (i32.eq (i32.load8_u offset=47 (local.get $slot)) (i8x16.extract_lane_u 15 (local.get $c))))
          (then (return (i32.load8_u offset=63 (local.get $slot)))))))
    (local.set $count (call $count (local.get $at) (local.get $end) (local.get $whole)))
    (v128.store (local.get $slot) (local.get $a))
    (v128.store offset=16 (local.get $slot) (local.get $b))
    (v128.store offset=32 (local.get $slot) (local.get $c))
    (v128.store offset=48 (local.get $slot) (i8x16.replace_lane 15 (local.get $d) (local.get $count)))
    (local.get $count))

  ;; Tokens of a piece that is not remembered.
  (func $count (param $at i32) (param $end i32) (param $whole i32) (result i32)
    (local $size i32) (local $count i32)
    (local.set $size (i32.sub (local.get $end) (local.get $at)))
    (if (local.get $whole)
      (then
        (if (i32.le_u (local.get $size) (global.get $longestWhole))
          (then
            (if (call $isWholeWord (local.get $at) (local.get $end)) (then (return (i32.const 1))))))))
    (if (i32.le_u (local.get $size) (i32.const 64))
      (then (return (call $merge (local.get $at) (local.get $end)))))
    (if (call $isPlain (local.get $at) (local.get $end))
      (then
        (local.set $count (call $stretches (local.get $at) (local.get $end)))
        (if (i32.ge_s (local.get $count) (i32.const 0)) (then (return (local.get $count))))))
    (call $countLong (local.get $at) (local.get $end)))

  ;; Tokens of a long piece, stretch by stretch; -1 where it takes longer stretches than can be merged here.
  ;;
  ;; Merging looks at pairs alone, so tokens are what merging makes of a text when, and only when, each two neighbours are
  ;; what it makes of these two (the first merge across their border would be made with nothing around them, too). So where
  ;; one stretch has a token inside it that the stretch that begins there has as well, the tokens of the one before it and
  ;; those of the other are the tokens of both together.
  (func $stretches (param $at i32) (param $end i32) (result i32)
    (local $size i32) (local $stop i32) (local $total i32) (local $count i32)
    (local $index i32) (local $next i32) (local $token i32)
    (local.set $size (i32.const 64))
    (loop $again
      (local.set $count (call $mergeStretch (local.get $at) (local.get $end) (local.get $size)))
      (loop $stretches
        (if (i32.le_u (i32.sub (local.get $end) (local.get $at)) (local.get $size))
          (then (return (i32.add (local.get $total) (local.get $count)))))
        ;; The first token of the second half.
        (local.set $index (i32.const 0))
        (local.set $next (local.get $at))
        (local.set $stop (i32.add (local.get $at) (i32.shr_u (local.get $size) (i32.const 1))))
        (loop $half
          (local.set $next
            (i32.add
              (local.get $next)
              (i32.load16_u
                (i32.add
                  (global.get $lengths)
                  (i32.shl
                    (i32.load offset=24832 (i32.shl (local.get $index) (i32.const 2)))
                    (i32.const 1))))))
          (local.set $index (i32.add (local.get $index) (i32.const 1)))
          (br_if $half (i32.lt_u (local.get $next) (local.get $stop))))
        (if (i32.lt_u (local.get $index) (local.get $count))
          (then
            (local.set $token (i32.load offset=24832 (i32.shl (local.get $index) (i32.const 2))))
            (local.set $count (call $mergeStretch (local.get $next) (local.get $end) (local.get $size)))
            (if (i32.eq (i32.load (i32.const 24832)) (local.get $token))
              (then
                (local.set $total (i32.add (local.get $total) (local.get $index)))
                (local.set $at (local.get $next))
                (br $stretches)))))
        (if (i32.eq (local.get $size) (i32.const 256)) (then (return (i32.const -1))))
        (local.set $size (i32.const 256))
        (br $again)))
    (unreachable))

  (func $mergeStretch (param $at i32) (param $end i32) (param $size i32) (result i32)
    (if (i32.gt_u (i32.sub (local.get $end) (local.get $at)) (local.get $size))
      (then (local.set $end (i32.add (local.get $at) (local.get $size)))))
    (call $merge (local.get $at) (local.get $end)))

  ;; Merges up to 256 bytes: the pair of the lowest rank first, the leftmost of equal ones. Returns how many tokens are left.
  (func $merge (param $at i32) (param $end i32) (result i32)
    (local $count i32) (local $id i32) (local $place i32) (local $best i32) (local $index i32) (local $last i32)
    (local $start i32) (local $x v128)
    (local.set $start (local.get $at))
    (loop $bytes
      (local.set $id (i32.load offset=27648 (i32.shl (i32.load8_u (local.get $at)) (i32.const 2))))
      (i32.store offset=24832 (i32.shl (local.get $count) (i32.const 2)) (local.get $id))
      (local.set $count (i32.add (local.get $count) (i32.ge_s (local.get $id) (i32.const 0))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $bytes (i32.lt_u (local.get $at) (local.get $end))))
    (if (i32.lt_u (local.get $count) (i32.const 2)) (then (return (local.get $count))))
    ;; The places after the last pair are taken for pairs that never merge.
    (local.set $last (i32.shl (i32.sub (local.get $count) (i32.const 1)) (i32.const 2)))
    (v128.store offset=26112 (local.get $last) (v128.const i32x4 0x7fffffff 0x7fffffff 0x7fffffff 0x7fffffff))
    (v128.store offset=26128 (local.get $last) (v128.const i32x4 0x7fffffff 0x7fffffff 0x7fffffff 0x7fffffff))
    ;; Where no byte was left out, their ranks are known.
    (if (i32.eq (i32.sub (local.get $end) (local.get $start)) (local.get $count))
      (then
        (local.set $at (local.get $start))
        (loop $bytePairs
          (i32.store offset=26112
            (local.get $place)
            (i32.load
              (i32.add
                (global.get $bytePairs)
                (i32.shl (i32.load16_u (local.get $at)) (i32.const 2)))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (local.set $place (i32.add (local.get $place) (i32.const 4)))
          (br_if $bytePairs (i32.lt_u (local.get $place) (local.get $last)))))
      (else
        (loop $ranks
          (i32.store offset=26112 (local.get $place) (call $rank (local.get $place)))
          (local.set $place (i32.add (local.get $place) (i32.const 4)))
          (br_if $ranks (i32.lt_u (local.get $place) (local.get $last))))))
    (loop $merges
      (if (i32.eqz (local.get $last)) (then (return (local.get $count))))
      ;; Of few, one by one is faster than four at once, which has to wait for what was just written.
      (if (i32.le_u (local.get $last) (i32.const 64))
        (then
          (local.set $best (i32.const 0x7fffffff))
          (local.set $place (i32.const 0))
          (loop $lowest
            (local.set $id (i32.load offset=26112 (local.get $place)))
            (if (i32.lt_u (local.get $id) (local.get $best))
              (then
                (local.set $best (local.get $id))
                (local.set $index (local.get $place))))
            (local.set $place (i32.add (local.get $place) (i32.const 4)))
            (br_if $lowest (i32.lt_u (local.get $place) (local.get $last))))
          (if (i32.eq (local.get $best) (i32.const 0x7fffffff)) (then (return (local.get $count))))
          (i32.store offset=24832
            (local.get $index)
            (i32.load (i32.add (global.get $merged) (i32.shl (local.get $best) (i32.const 2)))))
          (local.set $place (i32.add (local.get $index) (i32.const 4)))
          (block $moved
            (loop $move
              (br_if $moved (i32.ge_u (local.get $place) (local.get $last)))
              (i32.store offset=24832 (local.get $place) (i32.load offset=24836 (local.get $place)))
              (i32.store offset=26112 (local.get $place) (i32.load offset=26116 (local.get $place)))
              (local.set $place (i32.add (local.get $place) (i32.const 4)))
              (br $move))))
        (else
          ;; The lowest rank.
          (local.set $x (v128.load (i32.const 26112)))
          (local.set $place (i32.const 16))
          (block $all
            (loop $lowest
              (br_if $all (i32.ge_u (local.get $place) (local.get $last)))
              (local.set $x (i32x4.min_s (local.get $x) (v128.load offset=26112 (local.get $place))))
              (local.set $place (i32.add (local.get $place) (i32.const 16)))
              (br $lowest)))
          (local.set $x (i32x4.min_s (local.get $x) (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $x) (local.get $x))))
          (local.set $x (i32x4.min_s (local.get $x) (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $x) (local.get $x))))
          (local.set $best (i32x4.extract_lane 0 (local.get $x)))
          (if (i32.eq (local.get $best) (i32.const 0x7fffffff)) (then (return (local.get $count))))
          ;; And its first place.
          (local.set $place (i32.const 0))
          (loop $seek
            (local.set $index
              (i32x4.bitmask (i32x4.eq (local.get $x) (v128.load offset=26112 (local.get $place)))))
            (if (i32.eqz (local.get $index))
              (then
                (local.set $place (i32.add (local.get $place) (i32.const 16)))
                (br $seek))))
          (local.set $index (i32.add (local.get $place) (i32.shl (i32.ctz (local.get $index)) (i32.const 2))))
          (i32.store offset=24832
            (local.get $index)
            (i32.load (i32.add (global.get $merged) (i32.shl (local.get $best) (i32.const 2)))))
          ;; What follows moves up.
          (local.set $place (i32.add (local.get $index) (i32.const 4)))
          (loop $move
            (v128.store offset=24832 (local.get $place) (v128.load offset=24836 (local.get $place)))
            (v128.store offset=26112 (local.get $place) (v128.load offset=26116 (local.get $place)))
            (local.set $place (i32.add (local.get $place) (i32.const 16)))
            (br_if $move (i32.le_u (local.get $place) (local.get $last))))))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (local.set $last (i32.sub (local.get $last) (i32.const 4)))
      (i32.store offset=26112
        (local.get $index)
        (if (result i32) (i32.lt_u (local.get $index) (local.get $last))
          (then (call $rank (local.get $index)))
          (else (i32.const 0x7fffffff))))
      (if (local.get $index)
        (then
          (local.set $index (i32.sub (local.get $index) (i32.const 4)))
          (i32.store offset=26112 (local.get $index) (call $rank (local.get $index)))))
      (br $merges))
    (unreachable))

  ;; Of the token at a place with the next one.
  (func $rank (param $place i32) (result i32)
    (local $left i32) (local $right i32) (local $key i64) (local $found i64) (local $slot i32)
    (local.set $left (i32.load offset=24832 (local.get $place)))
    (local.set $right (i32.load offset=24836 (local.get $place)))
    (local.set $key
      (i64.or
        (i64.shl (i64.extend_i32_u (local.get $left)) (i64.const 20))
        (i64.extend_i32_u (local.get $right))))
    (local.set $slot
      (i32.shr_u (call $mixed (local.get $left) (local.get $right)) (global.get $pairShift)))
    (loop $probe
      (local.set $found
        (i64.load (i32.add (global.get $pairs) (i32.shl (local.get $slot) (i32.const 3)))))
      (if (i64.eq (i64.shr_u (local.get $found) (i64.const 24)) (local.get $key))
        (then (return (i32.and (i32.wrap_i64 (local.get $found)) (i32.const 0xffffff)))))
      (if (i64.eq (local.get $found) (i64.const -1)) (then (return (i32.const 0x7fffffff))))
      (local.set $slot
        (i32.and
          (i32.add (local.get $slot) (i32.const 1))
          (i32.shr_u (i32.const -1) (global.get $pairShift))))
      (br $probe))
    (unreachable))

  ;; As many FF as there are bytes, of sixteen.
  (func $mask (param $size i32) (result v128)
    (if (i32.le_s (local.get $size) (i32.const 0)) (then (return (v128.const i64x2 0 0))))
    (if (i32.gt_s (local.get $size) (i32.const 16)) (then (local.set $size (i32.const 16))))
    (v128.load (i32.sub (i32.const 912) (local.get $size))))

  (func $mix (param $hash i64) (param $x v128) (result i64)
    (local.set $hash
      (i64.mul
        (i64.xor (local.get $hash) (i64x2.extract_lane 0 (local.get $x)))
        (i64.const 0x9e3779b97f4a7c15)))
    (local.set $hash
      (i64.mul
        (i64.xor
          (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 32)))
          (i64x2.extract_lane 1 (local.get $x)))
        (i64.const 0xc4ceb9fe1a85ec53)))
    (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 29))))
)
