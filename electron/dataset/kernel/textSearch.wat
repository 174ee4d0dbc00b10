;; Finds a run of bytes, 16 places at a time: where both its first and its last byte fit, the rest is compared.
;;
;; The needle lies anywhere below the text; A to Z in it are a to z when case makes no difference. Bytes after the end of
;; the text may be read, as many as the needle has and 16 more, and are never found.
(module
  (memory (export "memory") 1)

  ;; The first place in [at, end) where the whole needle stands, or -1. `fold` is 1 when A-Z are as a-z, else 0.
  (func (export "find")
    (param $at i32) (param $end i32) (param $needle i32) (param $length i32) (param $fold i32)
    (result i32)
    (local $last i32) (local $mask i32) (local $place i32) (local $x v128) (local $y v128)
    (local $head v128) (local $headUpper v128) (local $tail v128) (local $tailUpper v128)
    (local.set $last (i32.sub (local.get $end) (local.get $length)))
    (local.set $head (i8x16.splat (i32.load8_u (local.get $needle))))
    (local.set $headUpper (i8x16.splat (call $upper (i32.load8_u (local.get $needle)) (local.get $fold))))
    (local.set $place (i32.sub (i32.add (local.get $needle) (local.get $length)) (i32.const 1)))
    (local.set $tail (i8x16.splat (i32.load8_u (local.get $place))))
    (local.set $tailUpper (i8x16.splat (call $upper (i32.load8_u (local.get $place)) (local.get $fold))))
    (block $none
      (loop $more
        (br_if $none (i32.gt_s (local.get $at) (local.get $last)))
        (local.set $x (v128.load (local.get $at)))
        (local.set $y (v128.load (i32.sub (i32.add (local.get $at) (local.get $length)) (i32.const 1))))
        (local.set $mask
          (i8x16.bitmask
            (v128.and
              (v128.or
                (i8x16.eq (local.get $x) (local.get $head))
                (i8x16.eq (local.get $x) (local.get $headUpper)))
              (v128.or
                (i8x16.eq (local.get $y) (local.get $tail))
                (i8x16.eq (local.get $y) (local.get $tailUpper))))))
        (if (local.get $mask)
          (then
            (loop $candidates
              (local.set $place (i32.add (local.get $at) (i32.ctz (local.get $mask))))
              (br_if $none (i32.gt_s (local.get $place) (local.get $last)))
              (if (call $equals (local.get $place) (local.get $needle) (local.get $length) (local.get $fold))
                (then (return (local.get $place))))
              (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
              (br_if $candidates (local.get $mask)))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $more)))
    (i32.const -1))

  (func $upper (param $byte i32) (param $fold i32) (result i32)
    (if (i32.and
          (local.get $fold)
          (i32.lt_u (i32.sub (local.get $byte) (i32.const 97)) (i32.const 26)))
      (then (return (i32.sub (local.get $byte) (i32.const 32)))))
    (local.get $byte))

  (func $equals (param $place i32) (param $needle i32) (param $length i32) (param $fold i32) (result i32)
    (local $index i32) (local $byte i32)
    (loop $more
      (local.set $byte (i32.load8_u (i32.add (local.get $place) (local.get $index))))
      (if (i32.and
            (local.get $fold)
            (i32.lt_u (i32.sub (local.get $byte) (i32.const 65)) (i32.const 26)))
        (then (local.set $byte (i32.add (local.get $byte) (i32.const 32)))))
      (if (i32.ne (local.get $byte) (i32.load8_u (i32.add (local.get $needle) (local.get $index))))
        (then (return (i32.const 0))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $index) (local.get $length))))
    (i32.const 1)))
