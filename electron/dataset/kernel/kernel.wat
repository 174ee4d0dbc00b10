;; Splits CSV into records and says which of them need a closer look, 16 bytes at a time.
;;
;; It reads only what is beyond doubt: a quote that does not close properly makes it stop, and csv.ts, which knows every
;; way out, reads that one record. Flags may be raised once too often, never too seldom.
;;
;; Memory: 0 to 31 are sixteen FF and sixteen 00 (tail masks), and up to 399 follow constants; records and text lie where
;; the caller puts them, the text with 16 bytes before it and 32 after it that may be read.
;;
;; A record is 72 bytes: start, length without its line end, start of the next one, flags, line feeds inside, cells,
;; hashes of the answer, the question and the row (64 bits each), lengths of question and answer, bytes of wide characters
;; (leads of three and four bytes), starts of question and answer, and 0 where the verdict of a comparison will stand.
(module
  (import "text" "memory" (memory 1 65536 shared))
  (data (i32.const 0) "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")
  ;; Constants for blocks that are looked at closely. They lie here because one in the code is made anew for each block,
  ;; by several instructions.
  ;; Pairs of bytes that are not UTF-8, by the halves of the bytes.
  (data (i32.const 32) "\02\02\02\02\02\02\02\02\80\80\80\80\21\01\15\49") ;; first, high
  (data (i32.const 48) "\e7\a3\83\83\8b\cb\cb\cb\cb\cb\cb\cb\cb\db\cb\cb") ;; first, low
  (data (i32.const 64) "\01\01\01\01\01\01\01\01\e6\ae\ba\ba\01\01\01\01") ;; second, high
  ;; A lead that nothing comes after.
  (data (i32.const 80) "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ef\df\bf") ;; leads
  ;; Odd pairs and triples, by the halves of their bytes.
  (data (i32.const 96) "\00\00\00\00\00\00\00\00\00\00\00\00\82\00\7d\00") ;; first, high
  (data (i32.const 112) "\00\00\0d\92\00\00\00\00\00\40\00\00\00\00\00\20") ;; first, low
  (data (i32.const 128) "\00\00\00\00\00\00\00\00\1f\40\80\20\00\00\00\00") ;; second, high
  (data (i32.const 144) "\19\04\86\02\40\00\00\00\00\00\00\20\00\00\00\20") ;; second, low
  (data (i32.const 160) "\00\00\00\00\00\00\00\00\18\40\01\00\00\00\00\00") ;; third, high
  (data (i32.const 176) "\18\08\08\08\08\08\08\08\09\09\09\09\09\09\09\49") ;; third, low
  ;; Sixteen times the same.
  (data (i32.const 192) "\60\60\60\60\60\60\60\60\60\60\60\60\60\60\60\60") ;; 60
  (data (i32.const 208) "\70\70\70\70\70\70\70\70\70\70\70\70\70\70\70\70") ;; 70
  (data (i32.const 224) "\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80\80") ;; 80
  (data (i32.const 240) "\c2\c2\c2\c2\c2\c2\c2\c2\c2\c2\c2\c2\c2\c2\c2\c2") ;; C2
  (data (i32.const 256) "\e3\e3\e3\e3\e3\e3\e3\e3\e3\e3\e3\e3\e3\e3\e3\e3") ;; E3
  (data (i32.const 272) "\a6\a6\a6\a6\a6\a6\a6\a6\a6\a6\a6\a6\a6\a6\a6\a6") ;; whole pairs
  (data (i32.const 288) "\30\30\30\30\30\30\30\30\30\30\30\30\30\30\30\30") ;; 0
  (data (i32.const 304) "\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a") ;; 10
  (data (i32.const 320) "\2b\2b\2b\2b\2b\2b\2b\2b\2b\2b\2b\2b\2b\2b\2b\2b") ;; +
  (data (i32.const 336) "\28\28\28\28\28\28\28\28\28\28\28\28\28\28\28\28") ;; open
  (data (i32.const 352) "\2d\2d\2d\2d\2d\2d\2d\2d\2d\2d\2d\2d\2d\2d\2d\2d") ;; -
  (data (i32.const 368) "\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02") ;; 2
  (data (i32.const 384) "\20\20\20\20\20\20\20\20\20\20\20\20\20\20\20\20") ;; space

  ;; Where reading stopped: the start of the first record that was not read.
  (global $consumed (export "consumed") (mut i32) (i32.const 0))
  ;; 0 the end of the text, 1 the record goes on after the text, 2 the record is not beyond doubt, 3 the table is full.
  (global $reason (export "reason") (mut i32) (i32.const 0))

  ;; 64 bits of a run of bytes. Not for secrets; its seed differs from run to run, so that no file can be made to collide.
  (func $hash (export "hash") (param $at i32) (param $end i32) (param $seed i64) (result i64)
    (local $a i64) (local $b i64) (local $c i64) (local $d i64) (local $left i32)
    (local.set $a (local.get $seed))
    (local.set $b
      (i64.xor
        (i64.extend_i32_u (i32.sub (local.get $end) (local.get $at)))
        (i64.rotl (local.get $seed) (i64.const 47))))
    ;; Four words at a time while there are so many: each multiplication waits for the one before it.
    (if (i32.ge_u (i32.sub (local.get $end) (local.get $at)) (i32.const 32))
      (then
        (local.set $c (i64.rotl (local.get $seed) (i64.const 31)))
        (local.set $d (i64.rotl (local.get $seed) (i64.const 13)))
        (loop $four
          (local.set $a (i64.mul (i64.xor (local.get $a) (i64.load (local.get $at))) (i64.const 0xff51afd7ed558ccd)))
          (local.set $b (i64.mul (i64.xor (local.get $b) (i64.load offset=8 (local.get $at))) (i64.const 0xc4ceb9fe1a85ec53)))
          (local.set $c (i64.mul (i64.xor (local.get $c) (i64.load offset=16 (local.get $at))) (i64.const 0xff51afd7ed558ccd)))
          (local.set $d (i64.mul (i64.xor (local.get $d) (i64.load offset=24 (local.get $at))) (i64.const 0xc4ceb9fe1a85ec53)))
          (local.set $a (i64.xor (local.get $a) (i64.shr_u (local.get $a) (i64.const 29))))
          (local.set $b (i64.xor (local.get $b) (i64.shr_u (local.get $b) (i64.const 32))))
          (local.set $c (i64.xor (local.get $c) (i64.shr_u (local.get $c) (i64.const 31))))
          (local.set $d (i64.xor (local.get $d) (i64.shr_u (local.get $d) (i64.const 30))))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br_if $four (i32.ge_u (i32.sub (local.get $end) (local.get $at)) (i32.const 32))))
        (local.set $a (i64.add (i64.rotl (local.get $a) (i64.const 25)) (i64.mul (local.get $c) (i64.const 0x9fb21c651e98df25))))
        (local.set $b (i64.add (i64.rotl (local.get $b) (i64.const 41)) (i64.mul (local.get $d) (i64.const 0x9fb21c651e98df25))))))
    (block $done
      (loop $more
        (br_if $done (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
        (local.set $a (i64.mul (i64.xor (local.get $a) (i64.load (local.get $at))) (i64.const 0xff51afd7ed558ccd)))
        (local.set $b (i64.mul (i64.xor (local.get $b) (i64.load offset=8 (local.get $at))) (i64.const 0xc4ceb9fe1a85ec53)))
        (local.set $a (i64.xor (local.get $a) (i64.shr_u (local.get $a) (i64.const 29))))
        (local.set $b (i64.xor (local.get $b) (i64.shr_u (local.get $b) (i64.const 32))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $more)))
    (local.set $left (i32.sub (local.get $end) (local.get $at)))
    (if (i32.gt_u (local.get $left) (i32.const 8))
      (then
        (local.set $a (i64.mul (i64.xor (local.get $a) (i64.load (local.get $at))) (i64.const 0xff51afd7ed558ccd)))
        (local.set $a (i64.xor (local.get $a) (i64.shr_u (local.get $a) (i64.const 29))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $left (i32.sub (local.get $left) (i32.const 8)))))
    (if (i32.gt_u (local.get $left) (i32.const 0))
      (then
        (local.set $b
          (i64.mul
            (i64.xor
              (local.get $b)
              (i64.and
                (i64.load (local.get $at))
                (i64.shr_u (i64.const -1) (i64.extend_i32_u (i32.sub (i32.const 64) (i32.shl (local.get $left) (i32.const 3)))))))
            (i64.const 0xc4ceb9fe1a85ec53)))
        (local.set $b (i64.xor (local.get $b) (i64.shr_u (local.get $b) (i64.const 31))))))
    (call $mix (i64.add (i64.rotl (local.get $a) (i64.const 23)) (local.get $b))))

  (func $mix (param $x i64) (result i64)
    (local.set $x (i64.mul (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 33))) (i64.const 0xff51afd7ed558ccd)))
    (local.set $x (i64.mul (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 33))) (i64.const 0xc4ceb9fe1a85ec53)))
    (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 33))))

  ;; Which classes of characters occur in a record. Writes line feeds and wide bytes; returns flags.
  ;;
  ;; Two tables, of a byte's low and of its high half, give its classes where they have a bit in common: 1, 2 and 4 are
  ;; control characters, 8 @, 16 <, 32 &, 64 a carriage return, and 128 marks a block that has to be looked at closely,
  ;; for digits and line feeds. What is used for every block is made before the loop: it is not moved there by itself.
  ;; Looking up is relaxed, which is one instruction: all processors agree on places below 16, and there are no others.
  (func $classify
    (param $start i32) (param $end i32) (param $delimiter v128) (param $low v128) (param $record i32) (result i32)
    (local $at i32) (local $left i32) (local $flags i32) (local $mask i32)
    (local $x v128) (local $x1 v128) (local $x2 v128) (local $feed v128) (local $classes v128) (local $all v128)
    (local $high v128) (local $half v128) (local $visible v128) (local $odd v128)
    (local $feeds i32) (local $wide i32) (local $digits i32) (local $runs i32) (local $window i32) (local $since i32)
    (local $digit v128) (local $joined v128) (local $hasSeven i32) (local $found i32) (local $word i64)
    (local $before v128) (local $x3 v128) (local $lower v128) (local $upper v128) (local $lower1 v128) (local $upper1 v128)
    (local $hasHigh v128) (local $wrong v128) (local $pairs v128) (local $known v128)
    (local.set $high (v128.const i8x16 193 2 32 144 8 0 0 4 0 0 0 0 0 0 0 0))
    (local.set $half (i8x16.splat (i32.const 15)))
    (local.set $visible (i8x16.splat (i32.const 35)))
    (local.set $at (local.get $start))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $x (v128.load (local.get $at)))
        (local.set $left (i32.sub (local.get $end) (local.get $at)))
        (if (i32.lt_u (local.get $left) (i32.const 16))
          (then
            (local.set $x
              (v128.bitselect
                (local.get $x)
                (v128.const i8x16 32 32 32 32 32 32 32 32 32 32 32 32 32 32 32 32)
                (v128.load (i32.sub (i32.const 16) (local.get $left)))))))
        (local.set $upper (v128.and (i16x8.shr_u (local.get $x) (i32.const 4)) (local.get $half)))
        (local.set $classes
          (v128.and
            (i8x16.relaxed_swizzle (local.get $low) (v128.and (local.get $x) (local.get $half)))
            (i8x16.relaxed_swizzle (local.get $high) (local.get $upper))))
        (local.set $all (v128.or (local.get $all) (local.get $classes)))
        ;; Sixteen visible ASCII characters without a space, quote or delimiter between them, perhaps over the border of
        ;; two blocks: so many since the last of those, and so many up to the next one.
        (local.set $mask
          (i8x16.bitmask
            (v128.or
              (i8x16.lt_s (local.get $x) (local.get $visible))
              (i8x16.eq (local.get $x) (local.get $delimiter)))))
        (local.set $runs (i32.or (local.get $runs) (i32.add (local.get $since) (i32.ctz (local.get $mask)))))
        (local.set $since (i32.sub (i32.clz (local.get $mask)) (i32.const 16)))
        ;; A block after one with characters of several bytes is looked at too: one of them may go on in it.
        (if (i8x16.bitmask (v128.or (v128.or (local.get $classes) (local.get $before)) (local.get $x)))
          (then
            (local.set $feed (i8x16.eq (local.get $x) (v128.load offset=304 (i32.const 0)) (;10;)))
            (local.set $mask (i8x16.bitmask (local.get $feed)))
            (if (local.get $mask)
              (then
                (local.set $feeds (i32.add (local.get $feeds) (i32.popcnt (local.get $mask))))
                ;; Three in a row.
                (if (v128.any_true
                      (v128.and
                        (local.get $feed)
                        (v128.and
                          (i8x16.eq
                            (v128.load (i32.sub (local.get $at) (i32.const 1)))
                            (v128.load offset=304 (i32.const 0)) (;10;))
                          (i8x16.eq
                            (v128.load (i32.sub (local.get $at) (i32.const 2)))
                            (v128.load offset=304 (i32.const 0)) (;10;)))))
                  (then (local.set $flags (i32.or (local.get $flags) (i32.const 8192)))))))
            ;; Seven digits among 32 bytes, of which one comes after + - . ( or after a digit and a space; or eleven: less is
            ;; no number of a person, and an order number is none.
            (local.set $digit
              (i8x16.lt_u
                (i8x16.sub (local.get $x) (v128.load offset=288 (i32.const 0)) (;0;))
                (v128.load offset=304 (i32.const 0)) (;10;)))
            (local.set $mask (i8x16.bitmask (local.get $digit)))
            (local.set $window (i32.or (local.get $digits) (i32.shl (local.get $mask) (i32.const 16))))
            (local.set $digits (local.get $mask))
            (if (local.get $mask)
              (then
                (local.set $x1 (v128.load (i32.sub (local.get $at) (i32.const 1))))
                (local.set $x2 (v128.load (i32.sub (local.get $at) (i32.const 2))))
                (local.set $joined
                  (v128.or
                    (local.get $joined)
                    (v128.and
                      (local.get $digit)
                      (v128.or
                        (v128.or
                          (i8x16.eq (local.get $x1) (v128.load offset=320 (i32.const 0)) (;+;))
                          (i8x16.eq (local.get $x1) (v128.load offset=336 (i32.const 0)) (;open;)))
                        (v128.or
                          ;; 45 and 46.
                          (i8x16.lt_u
                            (i8x16.sub (local.get $x1) (v128.load offset=352 (i32.const 0)) (;-;))
                            (v128.load offset=368 (i32.const 0)) (;2;))
                          (v128.and
                            (i8x16.eq (local.get $x1) (v128.load offset=384 (i32.const 0)) (;space;))
                            (i8x16.lt_u
                              (i8x16.sub (local.get $x2) (v128.load offset=288 (i32.const 0)) (;0;))
                              (v128.load offset=304 (i32.const 0)) (;10;))))))))
                (if (i32.ge_u (i32.popcnt (local.get $window)) (i32.const 7))
                  (then
                    (local.set $hasSeven (i32.const 1))
                    (if (i32.ge_u (i32.popcnt (local.get $window)) (i32.const 11))
                      (then (local.set $flags (i32.or (local.get $flags) (i32.const 8)))))))))
            (if (i8x16.bitmask (v128.or (local.get $x) (local.get $before)))
              (then
                (local.set $hasHigh (v128.or (local.get $hasHigh) (local.get $x)))
                (local.set $wide
                  (i32.add
                    (local.get $wide)
                    (i32.popcnt
                      (i8x16.bitmask (i8x16.ge_u (local.get $x) (v128.load offset=256 (i32.const 0)) (;E3;))))))
                (local.set $x1
                  (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 (local.get $before) (local.get $x)))
                (local.set $x2
                  (i8x16.shuffle 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 (local.get $before) (local.get $x)))
                (local.set $x3
                  (i8x16.shuffle 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 (local.get $before) (local.get $x)))
                (local.set $upper1 (v128.and (i16x8.shr_u (local.get $x1) (i32.const 4)) (local.get $half)))
                (local.set $lower1 (v128.and (local.get $x1) (local.get $half)))
                (local.set $lower (v128.and (local.get $x) (local.get $half)))
                ;; Not UTF-8: what no two bytes that follow each other may be, by three of their halves. The highest bit
                ;; stands for two continuations, which have to be there where a lead asks for them, and nowhere else. After
                ;; Keiser and Lemire, Validating UTF-8 In Less Than One Instruction Per Byte (2021).
                (local.set $wrong
                  (v128.or
                    (local.get $wrong)
                    (v128.xor
                      (v128.and
                        (v128.or
                          (i8x16.sub_sat_u (local.get $x2) (v128.load offset=192 (i32.const 0)) (;60;))
                          (i8x16.sub_sat_u (local.get $x3) (v128.load offset=208 (i32.const 0)) (;70;)))
                        (v128.load offset=224 (i32.const 0)) (;80;))
                      (v128.and
                        (i8x16.relaxed_swizzle (v128.load offset=32 (i32.const 0)) (;first, high;) (local.get $upper1))
                        (v128.and
                          (i8x16.relaxed_swizzle (v128.load offset=48 (i32.const 0)) (;first, low;) (local.get $lower1))
                          (i8x16.relaxed_swizzle (v128.load offset=64 (i32.const 0)) (;second, high;) (local.get $upper)))))))
                ;; Odd pairs of bytes, found in the same way, and with them the beginnings of odd triples: bits 1 and 7 are
                ;; C3 82, C3 83 and C3 A2, 2 is E2 81 and E2 82, 5 is EF BB and EF BF; 0 is E2 80 before A8 to AF, 3 the
                ;; same before 80 to 8F, 4 is E3 80 before 80, and 6 is E9 94 before 9F, the first third of what became of
                ;; two replacement characters.
                (local.set $known
                  (v128.and
                    (local.get $pairs)
                    (i8x16.lt_s (local.get $before) (v128.load offset=16 (i32.const 0)) (;none;))))
                (local.set $pairs
                  (v128.and
                    (v128.and
                      (i8x16.relaxed_swizzle (v128.load offset=96 (i32.const 0)) (;first, high;) (local.get $upper1))
                      (i8x16.relaxed_swizzle (v128.load offset=112 (i32.const 0)) (;first, low;) (local.get $lower1)))
                    (v128.and
                      (i8x16.relaxed_swizzle (v128.load offset=128 (i32.const 0)) (;second, high;) (local.get $upper))
                      (i8x16.relaxed_swizzle (v128.load offset=144 (i32.const 0)) (;second, low;) (local.get $lower)))))
                (local.set $odd
                  (v128.or
                    (v128.or
                      (local.get $odd)
                      ;; C2 xx: C1 controls, no-break space, soft hyphen, and what mojibake is made of.
                      (i8x16.eq (local.get $x) (v128.load offset=240 (i32.const 0)) (;C2;)))
                    (v128.or
                      (v128.and (local.get $pairs) (v128.load offset=272 (i32.const 0)) (;whole pairs;))
                      (v128.and
                        (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 (local.get $known) (local.get $pairs))
                        (v128.and
                          (i8x16.relaxed_swizzle (v128.load offset=160 (i32.const 0)) (;third, high;) (local.get $upper))
                          (i8x16.relaxed_swizzle (v128.load offset=176 (i32.const 0)) (;third, low;) (local.get $lower))))))))))
          (else (local.set $digits (i32.const 0))))
        (local.set $before (local.get $x))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $more)))
    (i32.store offset=16 (local.get $record) (local.get $feeds))
    (i32.store offset=56 (local.get $record) (local.get $wide))
    (local.set $word (i64.or (i64x2.extract_lane 0 (local.get $all)) (i64x2.extract_lane 1 (local.get $all))))
    (local.set $word (i64.or (local.get $word) (i64.shr_u (local.get $word) (i64.const 32))))
    (local.set $found (i32.wrap_i64 (i64.or (local.get $word) (i64.shr_u (local.get $word) (i64.const 16)))))
    (local.set $found (i32.or (local.get $found) (i32.shr_u (local.get $found) (i32.const 8))))
    (if (i32.and (local.get $found) (i32.const 7))
      (then (local.set $flags (i32.or (local.get $flags) (i32.const 2)))))
    (if (i32.and (local.get $found) (i32.const 56))
      (then (local.set $flags (i32.or (local.get $flags) (i32.const 4)))))
    (if (i32.and (local.get $found) (i32.const 64))
      (then (local.set $flags (i32.or (local.get $flags) (i32.const 512)))))
    ;; Sixteen or more: no sum of less has one of these bits.
    (if (i32.and (local.get $runs) (i32.const 48))
      (then (local.set $flags (i32.or (local.get $flags) (i32.const 16)))))
    (if (i32.and (local.get $hasSeven) (v128.any_true (local.get $joined)))
      (then (local.set $flags (i32.or (local.get $flags) (i32.const 8)))))
    (if (v128.any_true (local.get $odd)) (then (local.set $flags (i32.or (local.get $flags) (i32.const 32)))))
    (if (i8x16.bitmask (local.get $hasHigh)) (then (local.set $flags (i32.or (local.get $flags) (i32.const 1)))))
    ;; The last bytes may be a lead that nothing comes after.
    (if (v128.any_true
          (v128.or
            (local.get $wrong)
            (i8x16.sub_sat_u
              (local.get $before)
              (v128.load offset=80 (i32.const 0)) (;leads;))))
      (then (local.set $flags (i32.or (local.get $flags) (i32.const 16384)))))
    (local.get $flags))

  ;; Reads records of [from, end) into the table; returns how many.
  (func (export "scan")
    (param $from i32) (param $end i32) (param $table i32) (param $most i32)
    (param $delimiterByte i32) (param $question i32) (param $answer i32) (param $atEnd i32) (param $seed i64)
    (result i32)
    (local $count i32) (local $record i32) (local $at i32) (local $start i32) (local $cells i32) (local $flags i32)
    (local $cellStart i32) (local $cellEnd i32) (local $byte i32) (local $mask i32) (local $x v128) (local $hadQuote i32)
    (local $delimiter v128) (local $row i64) (local $cellHash i64) (local $questionHash i64) (local $answerHash i64)
    (local $questionLength i32) (local $answerLength i32) (local $next i32)
    (local $questionStart i32) (local $answerStart i32)
    (local $low v128) (local $y v128) (local $quote v128) (local $feed v128) (local $return v128)
    (local.set $delimiter (i8x16.splat (local.get $delimiterByte)))
    (local.set $quote (i8x16.splat (i32.const 34)))
    (local.set $feed (i8x16.splat (i32.const 10)))
    (local.set $return (i8x16.splat (i32.const 13)))
    ;; A delimiter is no control character, whatever it is otherwise.
    (local.set $low
      (v128.andnot
        (v128.const i8x16 139 131 131 131 131 131 163 131 131 131 130 3 19 66 3 7)
        (v128.and
          (i8x16.eq
            (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
            (i8x16.splat (i32.and (local.get $delimiterByte) (i32.const 15))))
          (i8x16.splat
            (i32.add
              (i32.lt_u (local.get $delimiterByte) (i32.const 16))
              (i32.shl (i32.eq (i32.shr_u (local.get $delimiterByte) (i32.const 4)) (i32.const 1)) (i32.const 1)))))))
    (local.set $record (local.get $table))
    (local.set $start (local.get $from))
    (local.set $at (local.get $from))
    (global.set $reason (i32.const 0))
    (block $stop
      (loop $records
        (local.set $at (local.get $start))
        (br_if $stop (i32.ge_u (local.get $start) (local.get $end)))
        (if (i32.ge_u (local.get $count) (local.get $most))
          (then (global.set $reason (i32.const 3)) (br $stop)))
        (local.set $cells (i32.const 0))
        (local.set $flags (i32.const 0))
        (local.set $row (local.get $seed))
        (local.set $questionHash (i64.const 0))
        (local.set $answerHash (i64.const 1))
        (local.set $questionLength (i32.const 0))
        (local.set $answerLength (i32.const 0))
        (local.set $questionStart (local.get $start))
        (local.set $answerStart (local.get $start))
        (block $recordDone
          (loop $cellLoop
            (local.set $cellStart (local.get $at))
            (if (i32.and
                  (i32.lt_u (local.get $at) (local.get $end))
                  (i32.eq (i32.load8_u (local.get $at)) (i32.const 34)))
              (then
                ;; A quoted cell.
                (local.set $cellStart (i32.add (local.get $at) (i32.const 1)))
                (local.set $at (local.get $cellStart))
                (block $closed
                  (loop $quotes
                    (block $found
                      (loop $seek
                        (local.set $x (i8x16.eq (v128.load (local.get $at)) (local.get $quote)))
                        (local.set $y (i8x16.eq (v128.load offset=16 (local.get $at)) (local.get $quote)))
                        (if (i32.eqz (i8x16.bitmask (v128.or (local.get $x) (local.get $y))))
                          (then
                            (local.set $at (i32.add (local.get $at) (i32.const 32)))
                            (br_if $seek (i32.lt_u (local.get $at) (local.get $end))))
                          (else
                            (local.set $mask
                              (i32.or
                                (i8x16.bitmask (local.get $x))
                                (i32.shl (i8x16.bitmask (local.get $y)) (i32.const 16))))
                            (br $found))))
                      (global.set $reason (i32.add (i32.const 1) (local.get $atEnd)))
                      (br $stop))
                    (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $mask))))
                    (if (i32.ge_u (local.get $at) (local.get $end))
                      (then (global.set $reason (i32.add (i32.const 1) (local.get $atEnd))) (br $stop)))
                    ;; What follows the quote decides; it has to be there.
                    (if (i32.eq (i32.add (local.get $at) (i32.const 1)) (local.get $end))
                      (then
                        (br_if $closed (local.get $atEnd))
                        (global.set $reason (i32.const 1))
                        (br $stop)))
                    (if (i32.eq (i32.load8_u offset=1 (local.get $at)) (i32.const 34))
                      (then
                        (local.set $flags (i32.or (local.get $flags) (i32.const 256)))
                        (local.set $at (i32.add (local.get $at) (i32.const 2)))
                        ;; A pair at the very end leaves the cell open.
                        (if (i32.ge_u (local.get $at) (local.get $end))
                          (then (global.set $reason (i32.add (i32.const 1) (local.get $atEnd))) (br $stop)))
                        (br $quotes)))))
                (local.set $cellEnd (local.get $at))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (if (i32.lt_u (local.get $at) (local.get $end))
                  (then
                    (local.set $byte (i32.load8_u (local.get $at)))
                    (if (i32.eqz
                          (i32.or
                            (i32.eq (local.get $byte) (local.get $delimiterByte))
                            (i32.or
                              (i32.eq (local.get $byte) (i32.const 10))
                              (i32.eq (local.get $byte) (i32.const 13)))))
                      (then (global.set $reason (i32.const 2)) (br $stop))))))
              (else
                ;; A plain cell ends at a delimiter or a line end; a quote inside it is text.
                (local.set $hadQuote (i32.const 0))
                (block $found
                  (loop $seek
                    (br_if $found (i32.ge_u (local.get $at) (local.get $end)))
                    (local.set $x (v128.load (local.get $at)))
                    (local.set $y (i8x16.eq (local.get $x) (local.get $quote)))
                    (local.set $x
                      (v128.or
                        (i8x16.eq (local.get $x) (local.get $delimiter))
                        (v128.or
                          (i8x16.eq (local.get $x) (local.get $feed))
                          (i8x16.eq (local.get $x) (local.get $return)))))
                    (if (i32.eqz (i8x16.bitmask (v128.or (local.get $x) (local.get $y))))
                      (then
                        (local.set $at (i32.add (local.get $at) (i32.const 16)))
                        (br $seek)))
                    (local.set $mask (i8x16.bitmask (local.get $x)))
                    ;; Quotes before the cell's end; all of them where it ends later.
                    (local.set $hadQuote
                      (i32.or
                        (local.get $hadQuote)
                        (i32.and
                          (i8x16.bitmask (local.get $y))
                          (i32.sub
                            (i32.and (local.get $mask) (i32.sub (i32.const 0) (local.get $mask)))
                            (i32.const 1)))))
                    (if (local.get $mask)
                      (then
                        (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $mask))))
                        (br $found)))
                    (local.set $at (i32.add (local.get $at) (i32.const 16)))
                    (br $seek)))
                (if (i32.ge_u (local.get $at) (local.get $end))
                  (then
                    (local.set $at (local.get $end))
                    (if (i32.eqz (local.get $atEnd))
                      (then (global.set $reason (i32.const 1)) (br $stop)))
                    ;; What lies behind the text was looked at too.
                    (local.set $hadQuote (call $hasQuote (local.get $cellStart) (local.get $end)))))
                (local.set $cellEnd (local.get $at))
                (if (local.get $hadQuote)
                  (then (local.set $flags (i32.or (local.get $flags) (i32.const 256)))))))

            ;; The cell's own checks.
            (local.set $cellHash (call $hash (local.get $cellStart) (local.get $cellEnd) (local.get $seed)))
            (local.set $row
              (i64.mul
                (i64.add (i64.rotl (local.get $row) (i64.const 27)) (local.get $cellHash))
                (i64.const 0x9fb21c651e98df25)))
            (if (i32.lt_u (local.get $cellStart) (local.get $cellEnd))
              (then
                (local.set $byte (i32.load8_u (local.get $cellStart)))
                (if (i32.or
                      (i32.le_u (local.get $byte) (i32.const 32))
                      (i32.le_u (i32.load8_u (i32.sub (local.get $cellEnd) (i32.const 1))) (i32.const 32)))
                  (then (local.set $flags (i32.or (local.get $flags) (i32.const 64)))))
                (if (i32.or
                      (i32.or (i32.eq (local.get $byte) (i32.const 61)) (i32.eq (local.get $byte) (i32.const 64)))
                      (i32.or (i32.eq (local.get $byte) (i32.const 43)) (i32.eq (local.get $byte) (i32.const 45))))
                  (then (local.set $flags (i32.or (local.get $flags) (i32.const 128)))))))
            (if (i32.eq (local.get $cells) (local.get $question))
              (then
                (local.set $questionHash (local.get $cellHash))
                (local.set $questionStart (local.get $cellStart))
                (local.set $questionLength (i32.sub (local.get $cellEnd) (local.get $cellStart)))))
            (if (i32.eq (local.get $cells) (local.get $answer))
              (then
                (local.set $answerHash (local.get $cellHash))
                (local.set $answerStart (local.get $cellStart))
                (local.set $answerLength (i32.sub (local.get $cellEnd) (local.get $cellStart)))))
            (local.set $cells (i32.add (local.get $cells) (i32.const 1)))
            (br_if $recordDone (i32.ge_u (local.get $at) (local.get $end)))
            (if (i32.eq (i32.load8_u (local.get $at)) (local.get $delimiterByte))
              (then
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                ;; After a delimiter at the very end comes an empty cell, if nothing more comes.
                (if (i32.and
                      (i32.ge_u (local.get $at) (local.get $end))
                      (i32.eqz (local.get $atEnd)))
                  (then (global.set $reason (i32.const 1)) (br $stop)))
                (br $cellLoop)))))
        ;; $at is on the line end, or at the end.
        (local.set $next (local.get $at))
        (if (i32.lt_u (local.get $at) (local.get $end))
          (then
            (local.set $next (i32.add (local.get $at) (i32.const 1)))
            (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 13))
              (then
                (if (i32.ge_u (local.get $next) (local.get $end))
                  (then
                    (if (i32.eqz (local.get $atEnd))
                      (then (global.set $reason (i32.const 1)) (br $stop))))
                  (else
                    (if (i32.eq (i32.load8_u (local.get $next)) (i32.const 10))
                      (then (local.set $next (i32.add (local.get $next) (i32.const 1)))))))))))
        (i32.store (local.get $record) (local.get $start))
        (i32.store offset=4 (local.get $record) (i32.sub (local.get $at) (local.get $start)))
        (i32.store offset=8 (local.get $record) (local.get $next))
        (local.set $flags
          (i32.or
            (local.get $flags)
            (call $classify (local.get $start) (local.get $at) (local.get $delimiter) (local.get $low) (local.get $record))))
        (if (i32.and
              (i64.eq (local.get $questionHash) (local.get $answerHash))
              (i32.ne (local.get $questionLength) (i32.const 0)))
          (then (local.set $flags (i32.or (local.get $flags) (i32.const 4096)))))
        (i32.store offset=12 (local.get $record) (local.get $flags))
        (i32.store offset=20 (local.get $record) (local.get $cells))
        (i64.store offset=24 (local.get $record) (local.get $answerHash))
        (i64.store offset=32 (local.get $record) (local.get $questionHash))
        (i64.store offset=40 (local.get $record) (call $mix (local.get $row)))
        (i32.store offset=48 (local.get $record) (local.get $questionLength))
        (i32.store offset=52 (local.get $record) (local.get $answerLength))
        (i32.store offset=60 (local.get $record) (local.get $questionStart))
        (i32.store offset=64 (local.get $record) (local.get $answerStart))
        (i32.store offset=68 (local.get $record) (i32.const 0))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (local.set $record (i32.add (local.get $record) (i32.const 72)))
        (local.set $start (local.get $next))
        (br $records)))
    (global.set $consumed (local.get $start))
    (local.get $count))

  (func $hasQuote (param $at i32) (param $end i32) (result i32)
    (block $no
      (loop $more
        (br_if $no (i32.ge_u (local.get $at) (local.get $end)))
        (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 34)) (then (return (i32.const 1))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $more)))
    (i32.const 0))
)
