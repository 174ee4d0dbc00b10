;; Joins texts that share a band of their signatures and are similar.
;;
;; Memory: first the parent of each text (32 bits each; a text that is its own parent names its group), then what the
;; caller puts there: entries of 36 bytes, a text's number and its signature; a table of them by their band; and, for each
;; entry, the next one that has the same band.
(module
  (memory (export "memory") 1)

  (func (export "group")
    (param $entries i32) (param $count i32) (param $band i32)
    (param $heads i32) (param $mask i32) (param $next i32)
    (local $index i32) (local $entry i32) (local $key i32) (local $slot i32) (local $head i32)
    (local $candidate i32) (local $compared i32) (local $other i32) (local $place i32)
    (local $a v128) (local $b v128)
    (memory.fill (local.get $heads) (i32.const 255) (i32.shl (i32.add (local.get $mask) (i32.const 1)) (i32.const 2)))
    (local.set $band (i32.shl (local.get $band) (i32.const 2)))
    (block $done
      (loop $texts
        (br_if $done (i32.ge_u (local.get $index) (local.get $count)))
        (local.set $entry (i32.add (local.get $entries) (i32.mul (local.get $index) (i32.const 36))))
        (local.set $key (i32.load (i32.add (local.get $entry) (local.get $band))))
        (local.set $slot (i32.and (call $hash (local.get $key)) (local.get $mask)))
        (block $found
          (loop $probe
            (local.set $head
              (i32.load (i32.add (local.get $heads) (i32.shl (local.get $slot) (i32.const 2)))))
            (br_if $found (i32.lt_s (local.get $head) (i32.const 0)))
            (br_if $found
              (i32.eq
                (local.get $key)
                (i32.load
                  (i32.add
                    (i32.add (local.get $entries) (i32.mul (local.get $head) (i32.const 36)))
                    (local.get $band)))))
            (local.set $slot (i32.and (i32.add (local.get $slot) (i32.const 1)) (local.get $mask)))
            (br $probe)))
        (local.set $a (v128.load offset=4 (local.get $entry)))
        (local.set $b (v128.load offset=20 (local.get $entry)))
        (local.set $candidate (local.get $head))
        (local.set $compared (i32.const 0))
        (block $compare
          (loop $candidates
            (br_if $compare (i32.lt_s (local.get $candidate) (i32.const 0)))
            ;; More would be quadratic where thousands share a phrase.
            (br_if $compare (i32.ge_u (local.get $compared) (i32.const 8)))
            (local.set $other (i32.add (local.get $entries) (i32.mul (local.get $candidate) (i32.const 36))))
            ;; Equal bytes from which on texts count as nearly the same: a Jaccard similarity of about 0.7.
            (if (i32.ge_u
                  (i32.add
                    (i32.popcnt
                      (i8x16.bitmask (i8x16.eq (local.get $a) (v128.load offset=4 (local.get $other)))))
                    (i32.popcnt
                      (i8x16.bitmask (i8x16.eq (local.get $b) (v128.load offset=20 (local.get $other))))))
                  (i32.const 23))
              (then
                (call $join (i32.load (local.get $other)) (i32.load (local.get $entry)))
                (br $compare)))
            (local.set $candidate
              (i32.load (i32.add (local.get $next) (i32.shl (local.get $candidate) (i32.const 2)))))
            (local.set $compared (i32.add (local.get $compared) (i32.const 1)))
            (br $candidates)))
        ;; The oldest stays in front; the others follow, the newest first.
        (local.set $place (i32.add (local.get $next) (i32.shl (local.get $index) (i32.const 2))))
        (if (i32.lt_s (local.get $head) (i32.const 0))
          (then
            (i32.store (i32.add (local.get $heads) (i32.shl (local.get $slot) (i32.const 2))) (local.get $index))
            (i32.store (local.get $place) (i32.const -1)))
          (else
            (local.set $head (i32.add (local.get $next) (i32.shl (local.get $head) (i32.const 2))))
            (i32.store (local.get $place) (i32.load (local.get $head)))
            (i32.store (local.get $head) (local.get $index))))
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (br $texts))))

  ;; Every text gets its group for its parent.
  (func (export "settle") (param $count i32)
    (local $text i32)
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $text) (local.get $count)))
        (i32.store (i32.shl (local.get $text) (i32.const 2)) (call $root (local.get $text)))
        (local.set $text (i32.add (local.get $text) (i32.const 1)))
        (br $more))))

  (func $hash (param $key i32) (result i32)
    (local.set $key
      (i32.mul
        (i32.xor (local.get $key) (i32.shr_u (local.get $key) (i32.const 16)))
        (i32.const 0x9e3779b1)))
    (i32.xor (local.get $key) (i32.shr_u (local.get $key) (i32.const 15))))

  ;; Halves the way as it goes.
  (func $root (param $text i32) (result i32)
    (local $parent i32) (local $above i32)
    (loop $more
      (local.set $parent (i32.load (i32.shl (local.get $text) (i32.const 2))))
      (if (i32.eq (local.get $parent) (local.get $text)) (then (return (local.get $text))))
      (local.set $above (i32.load (i32.shl (local.get $parent) (i32.const 2))))
      (i32.store (i32.shl (local.get $text) (i32.const 2)) (local.get $above))
      (local.set $text (local.get $above))
      (br $more))
    (unreachable))

  ;; The smaller number stays the root, so that a group is named by its first text.
  (func $join (param $first i32) (param $second i32)
    (local $swap i32)
    (local.set $first (call $root (local.get $first)))
    (local.set $second (call $root (local.get $second)))
    (if (i32.gt_u (local.get $first) (local.get $second))
      (then
        (local.set $swap (local.get $first))
        (local.set $first (local.get $second))
        (local.set $second (local.get $swap))))
    (i32.store (i32.shl (local.get $second) (i32.const 2)) (local.get $first)))
)
