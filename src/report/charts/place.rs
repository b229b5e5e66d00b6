//! Room for labels in a column: each as near to where it belongs as its neighbours let it.

/// Moves the centres of labels of the given heights apart, between `top` and `bottom`. The order
/// of the wishes is kept. When all together are too high they share the room evenly.
pub fn spread(wish: &[f64], height: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let n = wish.len().min(height.len());
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| wish[*a].total_cmp(&wish[*b]).then(a.cmp(b)));
    // Groups of labels that touch move as one: each group sits at the mean of its wishes, and
    // groups that overlap then are joined. This is least squares with the order held.
    let mut groups: Vec<Group> = Vec::new();
    for i in order {
        let mut group = Group {
            members: vec![i],
            height: height[i],
            centre: wish[i],
        };
        group.hold(top, bottom);
        while let Some(before) = groups.pop() {
            if before.centre + before.height / 2.0 <= group.centre - group.height / 2.0 + 1e-9 {
                groups.push(before);
                break;
            }
            group = before.join(group);
            group.hold(top, bottom);
        }
        groups.push(group);
    }
    let mut out = vec![0.0; n];
    for group in groups {
        let mut at = group.centre - group.height / 2.0;
        for i in group.members {
            out[i] = at + height[i] / 2.0;
            at += height[i];
        }
    }
    out
}

struct Group {
    members: Vec<usize>,
    height: f64,
    centre: f64,
}

impl Group {
    fn hold(&mut self, top: f64, bottom: f64) {
        let (low, high) = (top + self.height / 2.0, bottom - self.height / 2.0);
        self.centre = if low > high {
            (top + bottom) / 2.0
        } else {
            self.centre.clamp(low, high)
        };
    }

    fn join(mut self, other: Group) -> Group {
        let height = self.height + other.height;
        // Each group is as heavy as it has members.
        let (a, b) = (self.members.len() as f64, other.members.len() as f64);
        let own = self.centre + (height - self.height) / 2.0;
        let others = other.centre - (height - other.height) / 2.0;
        self.members.extend(other.members);
        Group {
            members: self.members,
            height,
            centre: (own * a + others * b) / (a + b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_move_apart_and_stay_inside() {
        let at = spread(&[10.0, 12.0, 14.0, 200.0], &[20.0; 4], 0.0, 220.0);
        for pair in at.windows(2) {
            assert!(pair[1] - pair[0] >= 20.0 - 1e-6, "{at:?}");
        }
        assert!(at[0] >= 10.0 && at[3] <= 210.0);
        assert_eq!(at[3], 200.0);
    }

    #[test]
    fn the_order_of_the_wishes_is_kept() {
        let at = spread(&[50.0, 10.0, 49.0], &[20.0; 3], 0.0, 100.0);
        assert!(at[1] < at[2] && at[2] < at[0], "{at:?}");
    }
}
